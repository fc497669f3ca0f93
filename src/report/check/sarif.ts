/**
 * Verdicts as SARIF 2.1.0 (OASIS), which code hosts show beside the source. A result is a finding at its first
 * place; other places are related locations. What several loaders find alike is one result. A file that could not
 * be read is no result but a notification.
 */
import type { Diagnostic, Location } from '../../diag/diagnostic.ts';
import type { Explanation } from '../../diag/explanations.ts';
import { mendLine } from './mend.ts';
import { type CheckReport, isMended, type Verdict } from './types.ts';
import { artifactLocation, directoryUri, SOURCE_ROOT } from './uri.ts';

export interface SarifOptions {
  /** Of bpfld. */
  readonly version: string;
  /** The working directory, absolute. */
  readonly directory: string;
  /** What is told of codes. */
  readonly explanations: ReadonlyMap<string, Explanation>;
}

const schema =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

export function sarifLog(report: CheckReport, options: SarifOptions): object {
  const { version, directory, explanations } = options;
  const found = collect(report);
  const codes = [...new Set(found.map(({ finding }) => finding.code))].sort();
  const faults = report.files.flatMap(({ path, fault }) =>
    fault === undefined ? [] : [{ path, fault }],
  );
  const fingerprints = new Fingerprints();
  return {
    $schema: schema,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'bpfld',
            version,
            semanticVersion: version,
            rules: codes.map((code) => rule(code, found, explanations.get(code))),
          },
        },
        invocations: [
          {
            executionSuccessful: faults.length === 0,
            toolExecutionNotifications: faults.map(({ path, fault }) => ({
              descriptor: { id: fault.code },
              level: fault.severity,
              message: { text: textOf(fault) },
              locations: [
                { physicalLocation: { artifactLocation: artifactLocation(path, directory) } },
              ],
            })),
          },
        ],
        originalUriBaseIds: { [SOURCE_ROOT]: { uri: directoryUri(directory) } },
        artifacts: report.files.map(({ path }) => ({
          location: artifactLocation(path, directory),
          roles: ['analysisTarget'],
        })),
        columnKind: 'utf16CodeUnits',
        results: found.map((one) => result(one, codes, directory, fingerprints)),
      },
    ],
  };
}

/** A finding, and who has it. */
interface Found {
  readonly path: string;
  readonly finding: Diagnostic;
  readonly verdicts: Verdict[];
}

function collect({ files }: CheckReport): readonly Found[] {
  return files.flatMap(({ path, verdicts }) => {
    const found = new Map<string, Found>();
    for (const verdict of verdicts) {
      for (const finding of verdict.findings) {
        const key = JSON.stringify(finding);
        const before = found.get(key);
        if (before === undefined) found.set(key, { path, finding, verdicts: [verdict] });
        else before.verdicts.push(verdict);
      }
    }
    return [...found.values()];
  });
}

function rule(code: string, found: readonly Found[], explanation: Explanation | undefined): object {
  const levels = found
    .filter(({ finding }) => finding.code === code)
    .map(({ finding }) => finding.severity);
  const level = (['error', 'warning', 'note'] as const).find((one) => levels.includes(one));
  const { title = code, text = '' } = explanation ?? {};
  const [first = ''] = text.split('\n\n');
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: first || title },
    help: { text: text || title, markdown: text || title },
    defaultConfiguration: { level },
  };
}

function result(
  { path, finding, verdicts }: Found,
  codes: readonly string[],
  directory: string,
  fingerprints: Fingerprints,
): object {
  const [place, ...others] = finding.at.map((one) => location(one, directory));
  const mends = verdicts
    .filter((verdict) => isMended(verdict, finding))
    .map((verdict) => mendLine(path, verdict)!);
  return {
    ruleId: finding.code,
    ruleIndex: codes.indexOf(finding.code),
    level: finding.severity,
    message: { text: [textOf(finding), ...mends].join('\n') },
    locations: place === undefined ? [] : [place],
    ...(others.length === 0
      ? {}
      : { relatedLocations: others.map((other, id) => ({ id: id + 1, ...other })) }),
    partialFingerprints: { 'bpfldFinding/v1': fingerprints.of(path, finding, directory) },
    properties: {
      object: path,
      profiles: verdicts.map(({ profile }) => profile),
      mended: verdicts.filter((one) => isMended(one, finding)).map(({ profile }) => profile),
    },
  };
}

function textOf({ message, says, notes }: Diagnostic): string {
  const quote = says === undefined ? [] : [`${says.who} says: "${says.text}"`];
  return [message, ...quote, ...notes].join('\n');
}

function location(place: Location, directory: string): object {
  return {
    physicalLocation: {
      artifactLocation: artifactLocation(place.file, directory),
      region: region(place),
    },
    ...logical(place),
  };
}

function region(place: Location): object {
  // Code hosts drop what has no line. Of an object that is not a text there is one to name all the same.
  if (place.kind === 'object') return { startLine: 1 };
  const { line, column = 0, text = '' } = place;
  return {
    startLine: Math.max(1, line),
    ...(column < 1 ? {} : { startColumn: column }),
    ...(text === '' ? {} : { snippet: { text } }),
  };
}

/** The function, or the place in the object. */
function logical(place: Location): object {
  if (place.kind === 'source' && place.function !== undefined) {
    return { logicalLocations: [{ name: place.function, kind: 'function' }] };
  }
  if (place.kind !== 'object' || place.section === undefined) return {};
  const { section, offset, what } = place;
  const fullyQualifiedName = `${section}${offset === undefined ? '' : `+0x${offset.toString(16)}`}`;
  return {
    logicalLocations: [{ name: section, fullyQualifiedName, kind: 'section' }],
    ...(what === undefined ? {} : { message: { text: what } }),
  };
}

/**
 * A finding keeps its name while lines and offsets change: it is made of the code, the message without its
 * numbers, the file, and the function or section. Findings that are alike by that are counted.
 */
class Fingerprints {
  readonly #counts = new Map<string, number>();

  of(path: string, { code, message, at: [place] }: Diagnostic, directory: string): string {
    const where = place === undefined ? [] : whereabouts(place, directory);
    const name = hash([code, message.replace(/0x[0-9a-f]+|\d+/g, '0'), ...where].join('\0'));
    const key = `${path}\0${name}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return `${name}:${count}`;
  }
}

function whereabouts(place: Location, directory: string): readonly string[] {
  const { uri } = artifactLocation(place.file, directory);
  if (place.kind === 'text') return [uri];
  return [uri, (place.kind === 'source' ? place.function : place.section) ?? ''];
}

/** FNV-1a of 64 bits, over UTF-16 units. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++) {
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  }
  return value.toString(16).padStart(16, '0');
}
