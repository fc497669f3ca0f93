/**
 * Builds dist/: the library as modules with declarations, and the linker's command line as one file, which
 * starts faster than many. Of the program only `--help` is left out of that file: it needs all of yargs.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from '../bin/load.js';

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

/**
 * Writes the command line to `folder`/bpfld.cjs, and what V8 made of it to bpfld.cache: half a megabyte of
 * source takes longer to compile than a small link takes to run. Another version of Node compiles it again.
 */
export async function bundle(folder) {
  const { build } = await import('esbuild');
  const outfile = join(folder, 'bpfld.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/entry.ts'],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    legalComments: 'none',
    logLevel: 'warning',
    minifySyntax: true,
    minifyWhitespace: true,
    // As load.js wants it: to put it together when it is loaded would copy half a megabyte.
    banner: { js: '(function (module, exports, require, __filename) {' },
    footer: { js: '})' },
    // The one for browsers is the same parser, without what reads configuration files.
    alias: { 'yargs-parser': 'yargs-parser/browser' },
    plugins: [lazily('micromatch', 'makeRe'), lazily('fastest-levenshtein', 'distance')],
  });
  writeFileSync(join(folder, 'bpfld.cache'), await codeCache(outfile));
}

/** Puts a package that few links need into the bundle so that its code runs when `name` is first called. */
function lazily(module, name) {
  const namespace = `lazily-${module}`;
  const contents = `exports.${name} = (...words) => require('${module}').${name}(...words);`;
  return {
    name: namespace,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${module}$`) }, ({ path, importer }) =>
        importer.startsWith(join(root, 'src')) ? { path, namespace } : undefined,
      );
      onLoad({ filter: /^/, namespace }, () => ({ contents, resolveDir: root }));
    },
  };
}

/** The cache holds the functions that have run, so what most users want runs first. */
async function codeCache(file) {
  const { script, program } = load(file);
  const output = join(dirname(file), 'warm-up.o');
  const links = [
    ['types/one.o', 'types/two.o'],
    ['inspect/program.o'],
    ['founding-c/founding.o', '-T', 'tc.ld'],
  ];
  const { argv } = process;
  for (const words of links) {
    const paths = words.map((word) => (word.endsWith('.o') ? join(root, 'fixtures', word) : word));
    process.argv = [...argv.slice(0, 2), ...paths, '-o', output];
    await program.run({});
  }
  process.argv = argv;
  rmSync(output, { force: true });
  return script.createCachedData();
}

function compile(folder) {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  const { status } = spawnSync(
    process.execPath,
    [compiler, '-p', 'tsconfig.build.json', '--outDir', folder],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  if (status !== 0) throw new Error('the sources do not compile');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // What is there stays until there is something to put in its place.
  const built = join(root, `dist.${process.pid}`);
  const dist = join(root, 'dist');
  generateShippedScripts();
  try {
    compile(built);
    await bundle(built);
    rmSync(dist, { recursive: true, force: true });
    renameSync(built, dist);
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
}
