/**
 * CILIUM-009: a map definition, read field by field as cilium/ebpf does (its `mapSpecFromBTF`): unlike libbpf it
 * does not look behind typedefs and qualifiers, knows no `numa_node`, and wants one size of each.
 */
import { KIND } from '../../../btf/format.ts';
import { sizeOf } from '../../../btf/query.ts';
import { type Btf, FIELD } from '../../../btf/types.ts';
import { isBefore, type Loader } from '../../../model/rule.ts';

/** What is wrong, in words that follow the map's name. */
export interface MapFault {
  readonly fault: string;
  /** What the loader says. */
  readonly quoted: string;
  readonly remedy: string;
  /** The application can still see to it. */
  readonly mendable?: boolean;
}

/** When the loader notices: at reading, or at loading, before which the application may see to some of it. */
type When = 'reading' | 'loading' | 'mendable';

const PROG_ARRAY = 3;
const OF_MAPS: ReadonlySet<bigint> = new Set([12n, 13n]);

const NUMBERS: Readonly<Record<string, string>> = {
  type: "can't get type",
  map_flags: "can't get BTF map flags",
  max_entries: "can't get BTF map max entries",
  key_size: "can't get BTF key size",
  value_size: "can't get BTF value size",
  pinning: "can't get pinning",
  map_extra: 'resolving map_extra',
};

class Wrong extends Error {
  readonly #fault: string;
  readonly #quoted: string;
  readonly #remedy: string;
  readonly #when: When;

  /** `quoted` follows the name of the map. */
  constructor(fault: string, quoted: string, remedy: string, when: When = 'reading') {
    super(fault);
    this.#fault = fault;
    this.#quoted = quoted;
    this.#remedy = remedy;
    this.#when = when;
  }

  ofInner(): Wrong {
    const quoted = `can't parse BTF map definition of inner map: ${this.#quoted}`;
    return new Wrong(`has an inner map that ${this.#fault}`, quoted, this.#remedy, this.#when);
  }

  of(map: string): MapFault {
    const quoted = `map ${map}: ${this.#quoted}`;
    return {
      fault: this.#fault,
      quoted: this.#when === 'reading' ? `load BTF maps: ${quoted}` : quoted,
      remedy: this.#remedy,
      mendable: this.#when === 'mendable',
    };
  }
}

/** `struct` defines the map; undefined where it is fine. */
export function mapFault(
  btf: Btf,
  name: string,
  struct: number,
  loader: Loader,
): MapFault | undefined {
  try {
    new Reader(btf, loader, false).read(struct);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Wrong) return thrown.of(name);
    throw thrown;
  }
}

/** Of one definition; inner maps have a reader of their own. */
class Reader {
  readonly #btf: Btf;
  readonly #loader: Loader;
  readonly #inner: boolean;
  readonly #numbers = new Map<string, bigint>();
  readonly #sizes = new Map<'key' | 'value', bigint>();
  #hasInner = false;

  constructor(btf: Btf, loader: Loader, inner: boolean) {
    this.#btf = btf;
    this.#loader = loader;
    this.#inner = inner;
  }

  read(struct: number): void {
    const members = this.#btf.members(struct);
    members.forEach(({ name, type }, i) => {
      if (name === 'key' || name === 'value') this.#type(name, type);
      else if (name === 'values') this.#values(type, i === members.length - 1);
      else if (this.#knows(name)) this.#number(name, type);
      else {
        throw new Wrong(
          `has the field '${name}', which cilium/ebpf does not know`,
          `unrecognized field ${name} in BTF map definition`,
          `the fields are ${Object.keys(NUMBERS).join(', ')}, key, value, values`,
        );
      }
    });
    this.#whole();
  }

  #knows(name: string): boolean {
    if (name === 'map_extra' && isBefore(this.#loader, [0, 16])) return false;
    return Object.hasOwn(NUMBERS, name);
  }

  /** What only making the map shows. */
  #whole(): void {
    const type = this.#numbers.get('type') ?? 0n;
    if (type === 0n && !this.#inner) {
      throw new Wrong(
        'has no type',
        'map create: cannot use type UnspecifiedMap',
        'add __uint(type, BPF_MAP_TYPE_...)',
        'loading',
      );
    }
    if (OF_MAPS.has(type) && !this.#hasInner) {
      const title = type === 12n ? 'ArrayOfMaps' : 'HashOfMaps';
      throw new Wrong(
        'is for maps, and does not say of which kind',
        `${title} requires InnerMap`,
        'add __array(values, struct INNER), or let the application set MapSpec.InnerMap',
        'mendable',
      );
    }
    const pinning = this.#numbers.get('pinning') ?? 0n;
    if (pinning > 1n) {
      throw new Wrong(
        `asks for pinning ${pinning}`,
        `pin type ${pinning}: not supported`,
        'there are LIBBPF_PIN_NONE (0) and LIBBPF_PIN_BY_NAME (1)',
        'loading',
      );
    }
  }

  #number(name: string, type: number): void {
    if (name === 'key_size' || name === 'value_size') {
      const which = name === 'key_size' ? 'key' : 'value';
      if (this.#sizes.has(which)) throw twice(which);
      this.#sizes.set(which, this.#value(name, type));
    } else if (name === 'pinning' && this.#inner) {
      throw new Wrong('pins its inner map', "inner maps can't be pinned", 'remove its pinning');
    } else this.#numbers.set(name, this.#value(name, type));
  }

  #value(name: string, type: number): bigint {
    const btf = this.#btf;
    const kind = btf.kind(type);
    if (kind === KIND.PTR && btf.kind(btf.target(type)) === KIND.ARRAY) {
      return BigInt(btf.field(btf.target(type), FIELD.arrayCount));
    }
    const isEnum = kind === KIND.ENUM || kind === KIND.ENUM64;
    const [first] = isEnum && !isBefore(this.#loader, [0, 20]) ? btf.enumerators(type) : [];
    if (first !== undefined) return BigInt.asUintN(64, first.value);
    const quoted = kind === KIND.PTR ? 'not a pointer to array: ...' : 'not a pointer...';
    throw new Wrong(
      `has a field '${name}' that is no number`,
      `${NUMBERS[name]}: ${quoted}`,
      `write __uint(${name}, NUMBER)`,
    );
  }

  #type(which: 'key' | 'value', type: number): void {
    const btf = this.#btf;
    if ((this.#sizes.get(which) ?? 0n) !== 0n) throw twice(which);
    if (btf.kind(type) !== KIND.PTR) {
      throw new Wrong(
        `has a ${which} that is no type`,
        `${which} type is not a pointer: ...`,
        `write __type(${which}, TYPE)`,
      );
    }
    const size = sizeOf(btf, btf.target(type));
    if (size === undefined) {
      throw new Wrong(
        `has a ${which} of an incomplete type`,
        `can't get size of BTF ${which}: type ... is unsized`,
        'include the header that defines the type',
      );
    }
    this.#sizes.set(which, BigInt(size));
  }

  #values(type: number, last: boolean): void {
    if (!last) {
      throw new Wrong(
        "has fields behind 'values'",
        "'values' must be the last member in a BTF map definition",
        'move it to the end',
      );
    }
    const size = this.#sizes.get('value') ?? 0n;
    if (size !== 0n && size !== 4n) {
      throw new Wrong(
        `has 'values', and values of ${size} bytes`,
        'value_size must be 0 or 4',
        'remove its value, or its values',
      );
    }
    this.#slot(type);
  }

  #slot(type: number): void {
    const btf = this.#btf;
    const pointer = btf.kind(type) === KIND.ARRAY ? btf.field(type, FIELD.arrayElement) : 0;
    if (btf.kind(pointer) !== KIND.PTR) {
      throw new Wrong(
        "has 'values' that are no pointers",
        "can't resolve type of member 'values': not an array...",
        'write __array(values, TYPE)',
      );
    }
    const slot = btf.target(pointer);
    const of = this.#numbers.get('type') ?? 0n;
    if (btf.kind(slot) === KIND.FUNC_PROTO) {
      if (of === BigInt(PROG_ARRAY)) return;
      throw new Wrong(
        'has programs in its slots, and is no PROG_ARRAY',
        'map needs to be a program array',
        'type goes before values, and is BPF_MAP_TYPE_PROG_ARRAY',
      );
    }
    if (btf.kind(slot) !== KIND.STRUCT) {
      throw new Wrong(
        "has 'values' that are neither maps nor functions",
        "unsupported value type ... in 'values' field",
        'write __array(values, struct INNER), or __array(values, int (void *))',
      );
    }
    if (!OF_MAPS.has(of)) {
      throw new Wrong(
        'has maps in its slots, and is no map of maps',
        'outer map needs to be an array or a hash of maps',
        'type goes before values, and is BPF_MAP_TYPE_ARRAY_OF_MAPS or HASH_OF_MAPS',
      );
    }
    if (this.#inner) {
      throw new Wrong(
        'has an inner map with inner maps',
        'nested inner maps are not supported',
        'maps go one in another, and no deeper',
      );
    }
    try {
      new Reader(btf, this.#loader, true).read(slot);
    } catch (thrown) {
      throw thrown instanceof Wrong ? thrown.ofInner() : thrown;
    }
    this.#hasInner = true;
  }
}

function twice(which: 'key' | 'value'): Wrong {
  return new Wrong(
    `says the size of its ${which} twice`,
    `both ${which} and ${which}_size given`,
    `give either ${which} or ${which}_size`,
  );
}
