/** CILIUM-015: settings, the externs of `.kconfig`, which cilium/ebpf reads from the running kernel's. */
import { didYouMean } from '../../../base/nearest.ts';
import { KIND } from '../../../btf/format.ts';
import { peel } from '../../../btf/query.ts';
import { type Btf, FIELD } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/cilium/externs.ts';
import type { Diagnostic, Location } from '../../../diag/diagnostic.ts';

const VERSION = 'LINUX_KERNEL_VERSION';
/** Those that the loader itself computes. */
const COMPUTED: readonly string[] = [VERSION, 'LINUX_HAS_SYSCALL_WRAPPER'];

const TYPES = 'a setting is a bool, an integer, an enum libbpf_tristate, or an array of char';

/**
 * What is wrong with a FUNC or VAR of `.kconfig`, in the order in which the loader asks. Values are `areResolved` where
 * a program needs one of them.
 */
export function refusedSetting(
  btf: Btf,
  id: number,
  areResolved: boolean,
  at: readonly Location[],
): Diagnostic | undefined {
  const name = btf.name(id);
  if (btf.kind(id) !== KIND.VAR) {
    const quoted = 'member N: unsupported type *btf.Func';
    return diagnose.badSetting(name, 'is a function', quoted, 'declare functions with __ksym', at);
  }
  const type = btf.target(id);
  if (!isAligned(btf, type)) {
    const quoted = `variable ${name}: getting alignment: can't calculate alignment of ...`;
    return diagnose.badSetting(name, 'has a type that no setting has', quoted, TYPES, at);
  }
  if (!areResolved) return undefined;
  if (COMPUTED.includes(name)) {
    // The loader does not look behind typedefs here.
    const isInt = btf.kind(type) === KIND.INT;
    if (isInt && (name !== VERSION || btf.size(type) === 4)) return undefined;
    const wanted = name === VERSION ? 'a 32 bits integer' : 'an integer';
    return diagnose.badSetting(
      name,
      'is of a type that cilium/ebpf does not take for a number',
      `resolve .kconfig: variable ${name} must be ${wanted}, got ...`,
      `declare it \`extern int ${name} __kconfig\`: no typedef such as __u32`,
      at,
    );
  }
  if (name.startsWith('CONFIG_')) return undefined;
  const fault = `is no setting of the kernel${didYouMean(name, COMPUTED)}`;
  return diagnose.badSetting(
    name,
    fault,
    `resolve .kconfig: config option "${name}" does not exist on this kernel`,
    `names begin with CONFIG_, or are ${COMPUTED.join(' and ')}`,
    at,
  );
}

/** The kinds whose alignment the loader knows. */
function isAligned(btf: Btf, type: number): boolean {
  let id = peel(btf, type);
  for (let depth = 0; depth <= btf.typeCount && btf.kind(id) === KIND.ARRAY; depth++) {
    id = peel(btf, btf.field(id, FIELD.arrayElement));
  }
  const kind = btf.kind(id);
  if (kind !== KIND.INT && kind !== KIND.ENUM && kind !== KIND.ENUM64) return false;
  const size = btf.size(id);
  return size > 0 && (size & (size - 1)) === 0;
}
