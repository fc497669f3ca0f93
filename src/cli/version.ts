/** The same as in package.json, which a test sees to. */
export const version = '0.1.0';

/** Build systems look for "GNU ld" in the first line before they dare to use a linker. */
export const versionLine: string = `bpfld ${version} (compatible with GNU ld)`;
