/** File names as SARIF has them: URIs, relative to the working directory for what is in it. */

export interface ArtifactLocation {
  readonly uri: string;
  /** Absent for files elsewhere, whose URI is absolute. */
  readonly uriBaseId?: string;
}

/** Stands for the working directory. */
export const SOURCE_ROOT = '%SRCROOT%';

/** `directory`: the absolute path that relative ones begin at. */
export function artifactLocation(path: string, directory: string): ArtifactLocation {
  const base = segments(directory);
  const whole = isAbsolute(path) ? segments(path) : segments(`${directory}/${path}`);
  const inside = base.every((segment, at) => segment === whole[at]);
  if (!inside) return { uri: fileUri(whole) };
  const uri = whole.slice(base.length).map(encode).join('/');
  return { uri: uri === '' ? '.' : uri, uriBaseId: SOURCE_ROOT };
}

/** With a slash at the end, as SARIF wants it of bases. */
export function directoryUri(path: string): string {
  const uri = fileUri(segments(path));
  return uri.endsWith('/') ? uri : `${uri}/`;
}

function isAbsolute(path: string): boolean {
  return /^([A-Za-z]:)?[\\/]/.test(path);
}

/** Backslashes separate in Windows' paths only. */
function segments(path: string): readonly string[] {
  const text = /^[A-Za-z]:\\/.test(path) ? path.replaceAll('\\', '/') : path;
  const kept: string[] = [];
  for (const segment of text.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return kept;
}

function fileUri(parts: readonly string[]): string {
  const [first = '', ...others] = parts;
  const drive = /^[A-Za-z]:$/.test(first) ? first : encode(first);
  return `file:///${[drive, ...others.map(encode)].join('/')}`;
}

/** Half of a surrogate pair is no character that a URI can have. */
function encode(segment: string): string {
  return encodeURIComponent(segment.replace(/\p{Surrogate}/gu, '\ufffd'));
}
