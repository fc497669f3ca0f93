/** What a script and the options ask for, put together. */
import { copiedAndInlined } from './diag/catalogue/inlining.ts';
import type { DiagnosticSink } from './diag/diagnostic.ts';
import type { LinkOptions } from './link-types.ts';
import type { LoweringRequest } from './lowerings/context.ts';
import type { Loader } from './model/rule.ts';
import {
  type ChosenProfile,
  chooseProfile,
  generic,
  libbpf,
  lowerings,
  newestOf,
  profileFault,
  profiles,
} from './profiles/index.ts';
import type { Profile } from './profiles/profile.ts';
import { shippedScripts } from './profiles/shipped-scripts.ts';
import type { Name, Script } from './script/ast.ts';
import { compileGlob } from './script/glob.ts';
import { parseScript } from './script/parser.ts';
import type { ScriptSource } from './script/span.ts';

export interface LinkRequest {
  readonly script: Script;
  readonly profile: Profile;
  readonly loader: Loader;
  readonly lowering: LoweringRequest;
}

/**
 * The script of `-T`, else the profile's, else the one for links without either. `--profile` goes before
 * a PROFILE command.
 */
export function readRequest(options: LinkOptions, sink: DiagnosticSink): LinkRequest {
  const asked = profileNamed(options.profile, sink);
  const source = options.script ?? shipped((asked?.profile ?? libbpf).script);
  const { script, diagnostics } = parseScript(source, {
    profiles: Object.keys(profiles),
    lowerings,
    ...(options.include === undefined ? {} : { include: options.include }),
  });
  for (const diagnostic of diagnostics) sink.report(diagnostic);
  const named = script.commands.find((command) => command.kind === 'profile');
  const { profile, loader } =
    asked ?? (named && chooseProfile(named.profile.text)) ?? newestOf(generic);
  return { script, profile, loader, lowering: readLowering(script, profile, options, sink) };
}

function profileNamed(name: string | undefined, sink: DiagnosticSink): ChosenProfile | undefined {
  if (name === undefined) return undefined;
  const chosen = chooseProfile(name);
  if (chosen === undefined) sink.report(profileFault(name));
  return chosen;
}

function shipped(name: string): ScriptSource {
  return { name, text: shippedScripts[name] ?? '' };
}

function readLowering(
  script: Script,
  { permittedTargets }: Profile,
  { fetch = [], trapSymbols = [] }: LinkOptions,
  sink: DiagnosticSink,
): LoweringRequest {
  const words = (lowering: string): readonly Name[] =>
    script.commands.flatMap((command) =>
      command.kind === 'lower' && command.lowering.text === lowering ? command.words : [],
    );
  const texts = (lowering: string): string[] => words(lowering).map(({ text }) => text);
  const permits = script.commands.filter((command) => command.kind === 'permit-relocations');
  const permitted = permits.flatMap(({ sections }) =>
    sections.map(({ text }) => compileGlob(text)),
  );
  const [calls, another] = words('calls');
  if (another !== undefined) sink.report(copiedAndInlined(another.span));
  const askedTraps = trapSymbols.map((text) => ({ text, matches: compileGlob(text) }));
  const traps = [
    ...texts('trap').map((text) => compileGlob(text)),
    ...askedTraps.map(({ matches }) => matches),
  ];
  return {
    calls: calls === undefined ? 'keep' : calls.text === 'inline' ? 'inline' : 'copy',
    traps: traps.length === 0 ? undefined : (name) => traps.some((matches) => matches(name)),
    askedTraps,
    data: texts('rodata').filter((word) => word === 'fold' || word === 'stack'),
    fetch: [
      ...words('fetch').map(({ text, span }) => ({ text, at: span })),
      ...fetch.map((text) => ({ text, at: undefined })),
    ],
    permits: (section) =>
      (permits.length === 0 || permitted.some((matches) => matches(section))) &&
      (permittedTargets === undefined || permittedTargets.includes(section)),
  };
}
