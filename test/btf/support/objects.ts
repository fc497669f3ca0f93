import type { ByteOrder } from '../../../src/base/bytes.ts';
import { readBtf } from '../../../src/btf/read.ts';
import type { Btf } from '../../../src/btf/types.ts';
import { readElf } from '../../../src/elf/read.ts';
import { fixture, fixtureObjects, hasFixture } from '../../support/link.ts';

export interface ObjectTypes {
  readonly path: string;
  readonly order: ByteOrder;
  /** `.BTF` */
  readonly types: Uint8Array;
  /** `.BTF.ext` */
  readonly ext: Uint8Array | undefined;
}

/** Undefined for an object without BTF. */
export function objectTypes(path: string): ObjectTypes | undefined {
  const { object } = readElf(fixture(path).bytes, path);
  const bytes = (name: string) => object?.sections.find((section) => section.name === name)?.bytes;
  const types = bytes('.BTF');
  if (object === undefined || types === undefined) return undefined;
  return { path, order: object.order, types, ext: bytes('.BTF.ext') };
}

/** Of all fixtures that have BTF, in both byte orders. */
export function allObjectTypes(): ObjectTypes[] {
  return fixtureObjects()
    .flatMap((path) => [path, path.replace(/\.o$/, '.be.o')])
    .filter(hasFixture)
    .flatMap((path) => objectTypes(path) ?? []);
}

export function typesOf({ types, order }: ObjectTypes): Btf {
  const { btf, fault } = readBtf(types, order);
  if (btf === undefined) throw new Error(fault);
  return btf;
}
