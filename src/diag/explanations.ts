/**
 * What docs/diagnostics/ tells of each code: the section under its heading.
 *
 *     ### TC-013: relocation that tc cannot resolve      the code, and its title
 *
 *     Only references to maps ...                        the text, up to the next heading
 */
import { explanationPages } from './explanation-pages.ts';

export interface Explanation {
  readonly code: string;
  readonly title: string;
  /** Markdown, without the heading. */
  readonly text: string;
}

/** A page: the codes of one loader or one part of bpfld. */
export interface Family {
  readonly title: string;
  readonly explanations: readonly Explanation[];
}

/** Pages in the order of their titles, codes in that of the page. */
export function families(
  pages: Readonly<Record<string, string>> = explanationPages,
): readonly Family[] {
  return Object.values(pages)
    .map(readPage)
    .sort((a, b) => (a.title < b.title ? -1 : 1));
}

export function explanations(): ReadonlyMap<string, Explanation> {
  const all = families().flatMap((family) => family.explanations);
  return new Map(all.map((explanation) => [explanation.code, explanation]));
}

function readPage(page: string): Family {
  let title = '';
  const found: { code: string; title: string; lines: string[] }[] = [];
  let current: string[] = [];
  let inCode = false;
  for (const line of page.split('\n')) {
    if (line.startsWith('```')) inCode = !inCode;
    const heading = inCode ? null : /^(#+) (?:([A-Z]+-\d{3}): )?(.*)$/.exec(line);
    if (heading === null) {
      current.push(line);
      continue;
    }
    const [, marks, code, text] = heading;
    current = [];
    if (marks === '#') title = text!;
    if (code !== undefined) found.push({ code, title: text!, lines: current });
  }
  return {
    title,
    explanations: found.map(({ lines, ...rest }) => ({ ...rest, text: lines.join('\n').trim() })),
  };
}
