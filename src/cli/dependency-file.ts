/** A name as make and ninja read it in a rule, escaped as GCC and clang do; a drive's colon stays. */
export function escapeMakeName(name: string): string {
  return name
    .replace(/(\\*)([ \t])/g, '$1$1\\$2')
    .replaceAll('#', '\\#')
    .replaceAll('$', '$$$$')
    .replace(/(?<!^[A-Za-z]):|:(?![\\/])/g, '\\:');
}

/**
 * The rule that says what `target` was made from, and an empty rule for each file, so that make does not
 * stop when one is removed. `files` without duplicates; the target itself is left out, because make
 * refuses circles.
 */
export function dependencyRule(target: string, files: Iterable<string>): string {
  const names = [...files].filter((file) => file !== target).map(escapeMakeName);
  const rule = `${escapeMakeName(target)}:${names.map((name) => ` \\\n  ${name}`).join('')}\n`;
  return rule + names.map((name) => `\n${name}:\n`).join('');
}
