/**
 * Builds dist/: the library as modules with declarations, and the linker's command line as one file, which
 * starts faster than many. Of the program only `--help` is left out of that file: it needs all of yargs.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Writes linker-scripts/*.ld as a module, so that the linker needs no file to find them. */
export function generateShippedScripts() {
  const folder = join(root, 'linker-scripts');
  const entries = readdirSync(folder)
    .filter((name) => name.endsWith('.ld'))
    .sort()
    .map(
      (name) =>
        `  ${JSON.stringify(name)}: ${JSON.stringify(readFileSync(join(folder, name), 'utf8'))},\n`,
    );
  const text = `/** Made by tools/build.mjs from linker-scripts/. */
export const shippedScripts: Readonly<Record<string, string>> = {
${entries.join('')}};
`;
  const target = join(root, 'src/profiles/shipped-scripts.ts');
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** Writes the command line to `folder`/bpfld.js; `--help` is looked for in `folder`/cli/help.js. */
export async function bundle(folder) {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/entry.ts'],
    outfile: join(folder, 'bpfld.js'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    legalComments: 'none',
    logLevel: 'warning',
    // micromatch is CommonJS and asks for node:path and node:util.
    banner: {
      js: "import { createRequire as bpfldCreateRequire } from 'node:module';\nconst require = bpfldCreateRequire(import.meta.url);",
    },
    plugins: [
      {
        name: 'help-apart',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\/help\.ts$/ }, () => ({
            path: './cli/help.js',
            external: true,
          })),
      },
    ],
  });
}

function compile() {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  generateShippedScripts();
  compile();
  await bundle(join(root, 'dist'));
}
