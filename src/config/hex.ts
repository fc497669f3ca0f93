/** The bytes of `0011` or `00:11`; undefined where a digit is missing or foreign, or a colon misplaced. */
export function parseHex(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.ceil(text.length / 2));
  let count = 0;
  for (let at = 0; at < text.length; at += 2) {
    if (count > 0 && text[at] === ':') at++;
    const pair = text.slice(at, at + 2);
    if (!/^[0-9a-fA-F]{2}$/.test(pair)) return undefined;
    bytes[count++] = Number.parseInt(pair, 16);
  }
  return bytes.slice(0, count);
}

/** `hex:00:11` for the text `00:11`, as MAC addresses are written; undefined for another text. */
export function hexOf(text: string): string | undefined {
  return /^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2})+$/.test(text) ? `hex:${text}` : undefined;
}
