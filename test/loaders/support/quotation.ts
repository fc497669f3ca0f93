/** What stands for numbers and names in bpfld's quotations of loaders. */
const placeholder = /\\\.\\\.\\\.|\b(?:N|M|L|NAME|KIND|REASON|FILE|SECTION|ERROR)\b/g;

/** What loaders say where bpfld quotes them. */
export function quotationPattern(quotation: string): RegExp {
  const escaped = quotation.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(escaped.replace(placeholder, '.*'));
}
