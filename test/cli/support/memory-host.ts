import { type Core, main } from '../../../src/cli/main.ts';
import type { Host } from '../../../src/host.ts';
import type { LinkOptions } from '../../../src/link-types.ts';

export interface MemoryHost extends Host {
  readonly files: Map<string, string>;
  stdout: string;
  stderr: string;
}

/** Files of text in memory; `!` as the content makes a file unreadable, `/` a directory. */
export function memoryHost(
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): MemoryHost {
  const host: MemoryHost = {
    files: new Map(Object.entries(files)),
    stdout: '',
    stderr: '',
    env,
    terminal: false,
    directory: '/project',
    out: (text) => {
      host.stdout += text;
    },
    err: (text) => {
      host.stderr += text;
    },
    readFile: (path) => {
      const content = host.files.get(path);
      if (content === undefined) return { problem: 'it does not exist', missing: true };
      if (content === '!') return { problem: 'permission is denied', missing: false };
      if (content === '/') return { problem: 'it is a directory', missing: false };
      return { bytes: Uint8Array.from(content, (character) => character.charCodeAt(0)) };
    },
    readParts: (path) => host.readFile(path),
    writeFile: (path, bytes) => {
      const content = host.files.get(path);
      if (content === '/') return 'it is a directory';
      host.files.set(path, String.fromCharCode(...bytes));
      return undefined;
    },
    identify: (path) => path.replace(/^\.\//, ''),
    run: () => ({ problem: 'it does not exist', missing: true }),
  };
  return host;
}

/** The start of an object, as far as the command line looks. */
export const elf = '\x7fELF';

export interface Run {
  readonly code: number;
  readonly host: MemoryHost;
  /** What the linker was given, if it was called. */
  readonly linked: LinkOptions | undefined;
}

/** Runs the command line with a linker that puts `LINKED` out, or what `core` says. */
export async function run(
  argv: readonly string[],
  files: Readonly<Record<string, string>> = {},
  core: Partial<Core> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const host = memoryHost(files, env);
  let linked: LinkOptions | undefined;
  const code = await main(argv, host, {
    loadHelp: () => import('../../../src/cli/help.ts'),
    commands: {
      check: () => import('../../../src/cli/check.ts'),
      doctor: () => import('../../../src/cli/doctor.ts'),
      explain: () => import('../../../src/cli/explain.ts'),
      inspect: () => import('../../../src/cli/inspect.ts'),
    },
    scripts: { 'tc.ld': 'PROFILE(tc)\n', 'generic.ld': 'SECTIONS { }' },
    defaultScript: 'generic.ld',
    ...core,
    link: (options) => {
      linked = options;
      return (
        core.link?.(options) ?? { output: new TextEncoder().encode('LINKED'), diagnostics: [] }
      );
    },
  });
  return { code, host, linked };
}
