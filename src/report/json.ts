/**
 * The document in pieces, because a string cannot hold that of a very large object. Safe for a terminal: what
 * could steer one is escaped, which in JSON is the same text.
 */
export function* renderJson(document: object): Generator<string> {
  yield* pieces(document, '\n');
  yield '\n';
}

/** `line`: what begins a line of the enclosing value. */
function* pieces(value: object, line: string): Generator<string> {
  const array = Array.isArray(value);
  const inner = `${line}  `;
  const [open, close] = array ? ['[', ']'] : ['{', '}'];
  let before = open;
  for (const [key, item] of Object.entries(value) as [string, unknown][]) {
    yield array ? before + inner : `${before}${inner}${JSON.stringify(key)}: `;
    before = ',';
    if (isLarge(item)) yield* pieces(item, inner);
    else yield safe(JSON.stringify(item, undefined, 2)).replaceAll('\n', inner);
  }
  yield before === open ? open + close : line + close;
}

/** An array of objects, or an object that has one. */
function isLarge(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return typeof value[0] === 'object';
  return Object.values(value).some((item) => Array.isArray(item) && typeof item[0] === 'object');
}

function safe(text: string): string {
  return text.replace(
    /[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
