/**
 * Markdown for a terminal, as far as docs/diagnostics/ has it: headings lose their marks, code blocks their fences
 * and are put in, links become their text. Lines and what stands in backticks stay as they are.
 */
export function renderMarkdown(text: string, color: boolean): string {
  let inCode = false;
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) inCode = !inCode;
    else if (inCode) lines.push(line === '' ? '' : `    ${line}`);
    else lines.push(renderLine(line, color));
  }
  return lines.join('\n');
}

const bold = (text: string): string => `\x1b[1m${text}\x1b[0m`;
const cyan = (text: string): string => `\x1b[36m${text}\x1b[0m`;

function renderLine(line: string, color: boolean): string {
  const plain = line.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  const heading = /^#+ (.*)$/.exec(plain)?.[1];
  if (heading !== undefined) return color ? bold(heading) : heading;
  return color ? plain.replace(/`[^`]*`/g, cyan) : plain;
}
