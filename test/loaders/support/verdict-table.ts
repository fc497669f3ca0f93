/** docs/agreement.md: what real loaders make of fixtures/verdicts, and what `check` says of them beforehand. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { check } from '../../../src/check.ts';
import type { CheckOptions } from '../../../src/check-types.ts';
import type { Diagnostic } from '../../../src/diag/diagnostic.ts';
import { link } from '../../../src/link.ts';
import { loaders } from '../../../src/profiles/index.ts';
import { withDirectory } from './bpfld.ts';
import { fixture, inRepository } from './environment.ts';
import type { VerdictCase } from './verdict-case.ts';
import { verdictCases } from './verdict-cases.ts';
import { type RealLoader, realLoaders, type Verdict } from './verdict-loaders.ts';

const verdicts = new Map<string, Verdict>();

export function isFor(one: VerdictCase, loader: RealLoader): boolean {
  return one.earlier === undefined || loader.profile === 'tc';
}

/** Each object goes into each loader once. */
export function verdictOf(one: VerdictCase, loader: RealLoader): Verdict {
  const key = `${one.object} ${loader.profile}`;
  const known = verdicts.get(key) ?? loader.judge(one);
  verdicts.set(key, known);
  return known;
}

function fileOf({ object }: VerdictCase): CheckOptions['file'] {
  const path = `verdicts/${object}.o`;
  return { path, bytes: new Uint8Array(readFileSync(fixture(path))) };
}

/** The errors that `check` finds. */
export function predicted(one: VerdictCase, { profile }: RealLoader): readonly Diagnostic[] {
  const { diagnostics } = check({ file: fileOf(one), profile });
  return diagnostics.filter(({ severity }) => severity === 'error');
}

/** Of the object linked for the loader, where `check` says that this mends it. */
export function mendedVerdict(one: VerdictCase, loader: RealLoader): Verdict | undefined {
  const file = fileOf(one);
  if (check({ file, profile: loader.profile }).mend?.possible !== true) return undefined;
  const { output } = link({ inputs: [file], profile: loader.profile });
  return withDirectory((directory) => {
    const path = join(directory, 'linked.o');
    writeFileSync(path, output!);
    return loader.judge(one, path);
  });
}

export function isBad({ kind }: Verdict): boolean {
  return kind === 'refused' || kind === 'wrong';
}

const signs = { right: '+', refused: '-', wrong: '!', 'left out': '0' } as const;

export function sign({ kind }: Verdict): string {
  return signs[kind];
}

function codesOf(diagnostics: readonly Diagnostic[]): string[] {
  return [...new Set(diagnostics.map(({ code }) => code))];
}

function cell(one: VerdictCase, loader: RealLoader): string {
  if (!isFor(one, loader)) return '';
  const verdict = verdictOf(one, loader);
  const values = verdict.kind === 'wrong' ? ` ${verdict.got}` : '';
  return [`${sign(verdict)}${values}`, ...codesOf(predicted(one, loader))].join('<br>');
}

/** `01` of `01-rodata-with-maps/program`. */
function numberOf(object: string): string {
  return object.slice(0, object.indexOf('-'));
}

function row(one: VerdictCase): string {
  const number = `${numberOf(one.object)} ${basename(one.object)}`;
  const name = `[${number}](../fixtures/verdicts/${dirname(one.object)}/)`;
  const title = one.exception === undefined ? one.title : `${one.title} (*)`;
  const cells = realLoaders.map((loader) => cell(one, loader));
  return `| ${[name, title, one.returns?.join(', ') ?? '', ...cells].join(' | ')} |`;
}

/** The rules of loaders and their titles, from the pages that `bpfld explain` tells. */
export function rules(): readonly { readonly code: string; readonly title: string }[] {
  return loaders
    .map((name) => inRepository(`docs/diagnostics/${name}.md`))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .flatMap((page) => [...page.matchAll(/^### ([A-Z]+-\d+): (.*)$/gm)])
    .map(([, code, title]) => ({ code: code!, title: title! }));
}

/** The tests of loaders that name the rule, and the tables of cases that they go through. */
export function testsOf(code: string): string[] {
  const word = new RegExp(`\\b${code}\\b`);
  return ['test/loaders', 'test/profiles'].flatMap((folder) =>
    readdirSync(inRepository(folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/^(support|agreement)/.test(name))
      .sort()
      .map((name) => `${folder}/${name}`)
      .filter((path) => word.test(readFileSync(inRepository(path), 'utf8'))),
  );
}

/** Those that are of one loader. */
function ruleTests(): string {
  return readdirSync(inRepository('test/loaders'))
    .filter((name) => /^(?:tc|libbpf|aya|cilium|redbpf)\b.*\.test\.ts$/.test(name))
    .sort()
    .map((name) => `[${basename(name, '.test.ts')}](../test/loaders/${name})`)
    .join(', ');
}

/** The objects of fixtures/verdicts that break a rule, by its code. */
function breaches(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const one of verdictCases) {
    for (const code of realLoaders.flatMap((loader) => codesOf(predicted(one, loader)))) {
      const numbers = found.get(code) ?? new Set<string>();
      found.set(code, numbers.add(numberOf(one.object)));
    }
  }
  return found;
}

const introduction = `# What loaders do, and what \`check\` says before

Made by \`npm run test:loaders\` from real runs; a test holds this page to what is measured
(\`npx vitest run --project loaders test/loaders/agreement.test.ts -u\` writes it anew).

Each row is an object of [fixtures/verdicts](../fixtures/verdicts/) that has one thing on which loaders differ. Each
object was given to each real loader as it is, and loaded into a kernel. Its program computes a number from a byte of
the packet and was run over two packets: the third column has the two numbers that are right.

Below each loader stands first what it did:

| sign | meaning |
|---|---|
| + | loaded, and the program returned what is right |
| - | refused, by the loader or by the kernel on what the loader gave it |
| ! | loaded without a word, and the program returned the numbers that stand there, or what it asks for was not done |
| 0 | taken, with the program left out, as its section asks |

and then the ids of the errors that \`bpfld check\` finds for that loader and version. They agree: there is an error where
the loader refuses the object or is silently wrong, and none where it loads it right. \`bpfld explain ID\` tells of each.
Where \`check\` says that a link mends the object, the tests load what was linked too: it returns what is right.

`;

/** The page. */
export function agreementPage(): string {
  const heads = ['', 'object', 'right', ...realLoaders.map(({ title }) => title)];
  const notes = verdictCases.flatMap(({ object, exception }) =>
    exception === undefined ? [] : `${numberOf(object)}: ${exception.why}.`,
  );
  const broken = breaches();
  const ruleRows = rules().map(({ code, title }) => {
    const objects = [...(broken.get(code) ?? [])].join(' ');
    return `| ${[code, title, objects].join(' | ')} |\n`;
  });
  return [
    introduction,
    `| ${heads.join(' | ')} |\n|${heads.map(() => '---|').join('')}\n`,
    ...verdictCases.map((one) => `${row(one)}\n`),
    `\n(*) Here \`check\` is not held to agree. ${notes.join(' ')}\n`,
    '\n## Which object breaks which rule\n\n',
    'By the numbers of the objects above. A test holds every rule to be broken by some test; what breaks it is given to ',
    `the real loader by those in [test/loaders](../test/loaders/), of each loader its own: ${ruleTests()}.\n\n`,
    '| rule | title | objects |\n|---|---|---|\n',
    ...ruleRows,
  ].join('');
}
