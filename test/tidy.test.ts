/** Keeps the house as ARCHITECTURE.md describes it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { optionTable } from '../src/cli/options.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** All files of the repository, those not yet added included. */
const files: readonly string[] = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));

const generated = 'src/profiles/shipped-scripts.ts';
const sources = files.filter((path) => path.startsWith('src/') && path.endsWith('.ts'));
const ours = files.filter((path) => /^(src|test|tools|bench|bin)\/.*\.(ts|js|mjs)$/.test(path));
const pages = files.filter((path) => path.endsWith('.md'));

/** The source without comments. */
function codeOf(path: string): string {
  return read(path).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, '');
}

/** What a source imports of src/, as paths from the root. */
function importsOf(path: string): string[] {
  const imports = codeOf(path).matchAll(/\b(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g);
  return [...imports].map(([, to]) => posix.join(dirname(path), to!));
}

/** The files of `paths` that `offends` says something about. */
function offenders(paths: readonly string[], offends: (path: string) => unknown): string[] {
  return paths.filter((path) => offends(path));
}

const low = ['base', 'diag'];
const formats = ['elf', 'btf', 'bpf', 'script'];
const middle = [...low, ...formats, 'config', 'model'];

/** Each room with those that it may import from. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  diag: ['base'],
  elf: low,
  btf: low,
  bpf: low,
  script: low,
  config: [...low, 'btf', 'script'],
  model: [...low, ...formats],
  passes: middle,
  profiles: [...low, ...formats, 'model'],
  report: [...low, ...formats, 'model', 'check-types.ts'],
  lowerings: [...middle, 'profiles'],
  'link-types.ts': ['base', 'config', 'diag'],
  'request.ts': ['diag', 'link-types.ts', 'lowerings', 'model', 'profiles', 'script'],
  'link.ts': [...middle, 'passes', 'profiles', 'lowerings', 'link-types.ts', 'request.ts'],
  'check-types.ts': ['diag'],
  'check.ts': ['diag', 'elf', 'model', 'profiles', 'link.ts', 'check-types.ts'],
  'index.ts': [
    'config',
    'diag',
    'link-types.ts',
    'link.ts',
    'check-types.ts',
    'check.ts',
    'report',
  ],
  'host.ts': ['base'],
  cli: [
    ...low,
    'elf',
    'script',
    'config',
    'profiles',
    'link-types.ts',
    'link.ts',
    'check.ts',
    'host.ts',
    'report',
  ],
};

function roomOf(path: string): string {
  return path.split('/')[1]!;
}

test('every room imports only from the rooms below it', () => {
  const wrong = sources.flatMap((path) =>
    importsOf(path)
      .filter((to) => roomOf(to) !== roomOf(path))
      .filter((to) => rooms[roomOf(path)]?.includes(roomOf(to)) !== true)
      .map((to) => `${path} imports ${to}`),
  );
  expect(wrong).toEqual([]);
});

test('no source imports itself, over however many others', () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, open: readonly string[]): void => {
    if (open.includes(path)) cycles.push([...open.slice(open.indexOf(path)), path].join(' > '));
    if (done.has(path)) return;
    done.add(path);
    for (const to of importsOf(path)) visit(to, [...open, path]);
  };
  for (const path of sources) visit(path, []);
  expect(cycles).toEqual([]);
});

test('passes do not import each other', () => {
  const isPass = (path: string): boolean => path.startsWith('src/passes/');
  expect(offenders(sources.filter(isPass), (path) => importsOf(path).some(isPass))).toEqual([]);
});

test('passes and the model name no profile', () => {
  const names = readdirSync(join(root, 'src/profiles'))
    .filter((name) => existsSync(join(root, 'linker-scripts', name.replace(/\.ts$/, '.ld'))))
    .map((name) => name.replace(/\.ts$/, ''));
  expect(names).toContain('tc');
  const named = new RegExp(`['"\`](${names.join('|')})['"\`]|/catalogue/(${names.join('|')})\\.ts`);
  const neutral = sources.filter((path) => /^src\/(passes|model)\//.test(path));
  expect(offenders(neutral, (path) => named.test(codeOf(path)))).toEqual([]);
});

test('ARCHITECTURE.md tells of every room', () => {
  const text = read('ARCHITECTURE.md');
  const missing = [...new Set(sources.map(roomOf))].filter(
    (room) => !text.includes(room.endsWith('.ts') ? `src/${room}` : `src/${room}/`),
  );
  expect(missing).toEqual([]);
});

test('files are small', () => {
  const lines = (path: string): number => read(path).split('\n').length - 1;
  expect(offenders(ours, (path) => path !== generated && lines(path) > 600)).toEqual([]);
  const sizes = sources.map(lines).sort((a, b) => a - b);
  expect(sizes[sizes.length >> 1]).toBeLessThan(150);
});

const core = sources.filter((path) => path !== 'src/host.ts' && !path.startsWith('src/cli/'));

test('only the host and the command line know Node', () => {
  const node = /['"]node:|\b(process|Buffer|require)\b|\bimport\.meta\b/;
  expect(offenders(core, (path) => node.test(codeOf(path)))).toEqual([]);
});

test('the core knows no clock, no chance, no console', () => {
  const impure = /\b(Date|performance|console|setTimeout|Math\.random|Intl)\b|\.toLocale/;
  expect(offenders(core, (path) => impure.test(codeOf(path)))).toEqual([]);
});

test('only src/base/bytes.ts makes a DataView', () => {
  expect(offenders(sources, (path) => /\bDataView\b/.test(codeOf(path)))).toEqual([
    'src/base/bytes.ts',
  ]);
});

test('only the catalogue makes diagnostics', () => {
  const makes = /import \{[^}]*\b(error|warning)\b[^}]*\} from '[./]*(diag\/)?diagnostic\.ts'/;
  const others = sources.filter((path) => !path.startsWith('src/diag/catalogue/'));
  expect(offenders(others, (path) => makes.test(codeOf(path)))).toEqual([]);
});

test('types are not silenced and nothing is put off', () => {
  const silenced = /\bas a[n]y\b|@ts-(ignore|expect-error|nocheck)/;
  expect(offenders(ours, (path) => silenced.test(read(path)))).toEqual([]);
  const later = /\b(T[O]DO|F[I]XME|X[X]X)\b/;
  expect(offenders([...ours, ...pages], (path) => later.test(read(path)))).toEqual([]);
});

const codes = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, code]) => code!))].sort();

const catalogue = sources.filter((path) => path.startsWith('src/diag/catalogue/'));
const known = codes(catalogue.map(read).join('\n'), /'([A-Z]+-\d{3})'/g);

test('every diagnostic is documented, and no other', () => {
  const texts = pages.filter((path) => path.startsWith('docs/diagnostics/')).map(read);
  expect(codes(texts.join('\n'), /^### ([A-Z]+-\d{3}): \S/gm)).toEqual(known);
});

test('every diagnostic is named in a test', () => {
  const tests = files
    .filter((path) => /^test\/.*\.ts$/.test(path) && path !== 'test/tidy.test.ts')
    .map(read)
    .join('\n');
  expect(known.filter((code) => !tests.includes(code))).toEqual([]);
});

test('README.md has the table of options as it is', () => {
  const [, table] = /<!-- options -->\n([\s\S]*?)\n<!-- end of options -->/.exec(
    read('README.md'),
  )!;
  expect(table!.trim()).toBe(optionTable());
});

test('every shipped script is documented', () => {
  const text = pages.map(read).join('\n');
  const scripts = files.filter((path) => /^linker-scripts\/.*\.ld$/.test(path));
  expect(scripts).not.toEqual([]);
  expect(scripts.filter((path) => !text.includes(posix.basename(path)))).toEqual([]);
});

test('links between pages lead somewhere', () => {
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
      .map(([, to]) => posix.join(dirname(page), to!))
      .filter((to) => !existsSync(join(root, to)))
      .map((to) => `${page}: ${to}`),
  );
  expect(broken).toEqual([]);
});

test('what package.json names exists after a build', () => {
  const {
    exports,
    bin,
    files: shipped,
  } = JSON.parse(read('package.json')) as {
    exports: Record<string, string | Record<string, string>>;
    bin: Record<string, string>;
    files: string[];
  };
  const exported = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? entry : Object.values(entry),
  );
  const named = [...exported, ...Object.values(bin), ...shipped];
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('no file tells of the machine that it was made on', () => {
  const told = /\/(root|home|work|Users)\/[\w.]|\bregistry\.\w+\.\w+|\bnpmjs\.|art[i]factory/;
  expect(offenders(files, (path) => told.test(readFileSync(join(root, path), 'latin1')))).toEqual(
    [],
  );
});
