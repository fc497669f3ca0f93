import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { explanations, families } from '../../src/diag/explanations.ts';

const folder = new URL('../../docs/diagnostics/', import.meta.url);
const pages = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]),
);

const page = `# X: things

Not of a code.

### X-001: first

Text.

\`\`\`
### X-009: not a heading
\`\`\`

### X-002: second: with a colon
More.

## Part

Of no code either.
`;

test('a section belongs to its code, up to the next heading', () => {
  expect(families({ 'x.md': page })).toEqual([
    {
      title: 'X: things',
      explanations: [
        { code: 'X-001', title: 'first', text: 'Text.\n\n```\n### X-009: not a heading\n```' },
        { code: 'X-002', title: 'second: with a colon', text: 'More.' },
      ],
    },
  ]);
});

test('every code of the pages is explained', () => {
  const all = families(pages).flatMap((family) => family.explanations);
  const headings = Object.values(pages).flatMap(
    (text) => text.match(/^### [A-Z]+-\d{3}: /gm) ?? [],
  );
  expect(all.map(({ code }) => `### ${code}: `).sort()).toEqual(headings.sort());
  expect(all.filter(({ title, text }) => title === '' || text === '')).toEqual([]);
  expect(new Set(all.map(({ code }) => code)).size).toBe(all.length);
});

test('the pages are built in', () => {
  expect(explanations().get('TC-013')?.title).toContain('relocation');
});
