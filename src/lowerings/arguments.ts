/** The addresses that a function's callers pass to it, joined over all calls. */
import { type EntryRegisters, STACK_TARGET, type Value } from '../bpf/index.ts';

type ArgumentRegister = 1 | 2 | 3 | 4 | 5;
const registers: readonly ArgumentRegister[] = [1, 2, 3, 4, 5];

interface Passed {
  /** Ids of data objects. The caller's frame is not among them: it is no target in the callee. */
  readonly targets: readonly number[];
  /** From the start of the only target. */
  readonly offset: number | undefined;
  readonly pure: boolean;
}

export class Arguments {
  readonly #passed = new Map<ArgumentRegister, Passed>();

  /** One call; `known` is what the caller knows of a register there. */
  add(known: (register: number) => Value): void {
    for (const register of registers) {
      const passed = describe(known(register));
      const before = this.#passed.get(register);
      this.#passed.set(register, before === undefined ? passed : join(before, passed));
    }
  }

  entry(): EntryRegisters {
    const entry: { -readonly [Register in keyof EntryRegisters]: EntryRegisters[Register] } = {};
    for (const [register, { targets, offset, pure }] of this.#passed) {
      const [only] = targets;
      if (only === undefined) continue;
      entry[register] =
        offset === undefined || targets.length > 1 ? { targets, pure } : { target: only, offset };
    }
    return entry;
  }
}

function describe(value: Value): Passed {
  if (value.kind !== 'address') return { targets: [], offset: undefined, pure: false };
  const targets = value.targets.ids.filter((id) => id !== STACK_TARGET);
  const pure = value.pure && targets.length === value.targets.ids.length;
  return { targets, offset: pure ? value.offset : undefined, pure };
}

function join(a: Passed, b: Passed): Passed {
  const targets = [...new Set([...a.targets, ...b.targets])].sort((x, y) => x - y);
  const same = a.targets.length === 1 && b.targets.length === 1 && targets.length === 1;
  const offset = same && a.offset === b.offset ? a.offset : undefined;
  return { targets, offset, pure: a.pure && b.pure };
}
