/** Columns and lists for a terminal or a file: plain text, the same whatever the width of the terminal. */

/** Longer cells do not widen their column: a damaged file may have names of a megabyte. */
const WIDEST = 44;
/** Where lists are continued on the next line. */
const LINE = 100;

export interface Column {
  /** Empty for no heading. */
  readonly title: string;
  readonly align?: 'right';
}

/** A line of headings, unless all are empty, and one for each row; the last column is not padded. No lines for no rows. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const titles = columns.map(({ title }) => title);
  const all = titles.some((title) => title !== '') ? [titles, ...rows] : rows;
  const widths = columns.map((_, i) => {
    let widest = 0;
    for (const row of all) widest = Math.max(widest, Math.min(WIDEST, row[i]!.length));
    return widest;
  });
  // A column in which nothing stands takes no room.
  const shown = columns.flatMap((_, i) => (rows.some((row) => row[i] !== '') ? [i] : []));
  return all.map((row) => {
    const cells = shown.map((i, at) => {
      if (columns[i]!.align === 'right') return row[i]!.padStart(widths[i]!);
      return at === shown.length - 1 ? row[i]! : row[i]!.padEnd(widths[i]!);
    });
    return cells.join('  ').trimEnd();
  });
}

/** `title  a, b, c`, continued under the first item where a line gets too long. Nothing for no items. */
export function list(title: string, items: readonly string[], width = 0): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [i, item] of items.entries()) {
    const text = i === items.length - 1 ? item : `${item},`;
    if (line !== '' && line.length + text.length >= LINE) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? text : ` ${text}`;
  }
  if (line !== '') lines.push(line);
  const margin = Math.max(width, title.length) + 2;
  return lines.map((text, i) => (i === 0 ? title : '').padEnd(margin) + text);
}

export function indent(lines: readonly string[], by = 2): string[] {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line));
}

/** `1,234`. */
export function count(value: number): string {
  return `${value}`.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 type`, `2 types`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A part of the report: a blank line, its title, and what it says; nothing where it says nothing. */
export function part(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...indent(lines)];
}
