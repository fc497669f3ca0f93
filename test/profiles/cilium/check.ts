/** Looks at objects with the rules of cilium/ebpf. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Diagnostic } from '../../../src/diag/diagnostic.ts';
import { readElf } from '../../../src/elf/read.ts';
import type { Version } from '../../../src/model/rule.ts';
import { cilium } from '../../../src/profiles/cilium.ts';
import { changed } from './changes.ts';
import { made } from './made.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url));

export function fixtureBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(fixtures + path));
}

/** A fixture, a change to one, or an object made for the purpose. */
export function objectNamed(name: string): Uint8Array {
  if (name.endsWith('.o')) return fixtureBytes(name);
  return made(name) ?? changed(name, fixtureBytes);
}

/** What the rules say of a finished object. */
export function check(
  bytes: Uint8Array,
  version: Version = cilium.versions.newest,
): readonly Diagnostic[] {
  const { object, fault } = readElf(bytes, 'output');
  if (object === undefined) throw new Error(fault.message);
  const found: Diagnostic[] = [];
  const loader = { name: cilium.name, version };
  for (const rule of cilium.rules) rule(object, (diagnostic) => found.push(diagnostic), loader);
  return found;
}
