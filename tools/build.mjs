/**
 * Builds dist/: the library as modules with declarations, and the linker's command line as one file, which
 * starts faster than many. The commands that a link has no use for are another file. Only `--help` is left out of
 * both: it needs all of yargs.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from '../bin/load.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Writes linker-scripts/*.ld as a module, so that the linker needs no file to find them. */
export function generateShippedScripts() {
  writeTexts('linker-scripts', '.ld', 'src/profiles/shipped-scripts.ts', 'shippedScripts');
}

/** The same of docs/diagnostics/*.md, which `explain` and SARIF reports tell. */
export function generateExplanations() {
  writeTexts('docs/diagnostics', '.md', 'src/diag/explanation-pages.ts', 'explanationPages');
}

/** Writes the texts of a folder as a module that exports them by their file names. */
function writeTexts(folder, extension, target, constant) {
  const entries = readdirSync(join(root, folder))
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => {
      const text = readFileSync(join(root, folder, name), 'utf8');
      return `  ${JSON.stringify(name)}: ${JSON.stringify(text)},\n`;
    });
  const module = `/** Made by tools/build.mjs from ${folder}/. */
export const ${constant}: Readonly<Record<string, string>> = {
${entries.join('')}};
`;
  writeFileSync(join(root, target), module);
}

/**
 * Writes the commands to `folder`/commands.cjs, the link's command line to bpfld.cjs, and what V8 made of the
 * latter to bpfld.cache: half a megabyte of source takes longer to compile than a small link takes to run. Another
 * version of Node compiles it again.
 */
export async function bundle(folder) {
  await bundleFile('src/cli/commands.ts', join(folder, 'commands.cjs'));
  const outfile = join(folder, 'bpfld.cjs');
  await bundleFile('src/cli/entry.ts', outfile);
  writeFileSync(join(folder, 'bpfld.cache'), await codeCache(outfile));
}

async function bundleFile(entry, outfile) {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
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
    await program.run({ commands: {} });
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
  generateExplanations();
  try {
    compile(built);
    await bundle(built);
    rmSync(dist, { recursive: true, force: true });
    renameSync(built, dist);
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
}
