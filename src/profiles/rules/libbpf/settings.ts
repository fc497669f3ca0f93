/** LIBBPF-012: settings, the externs of `.kconfig`. */
import { didYouMean } from '../../../base/nearest.ts';
import { INT_BOOL, KIND } from '../../../btf/format.ts';
import { peel, sizeOf } from '../../../btf/query.ts';
import { type Btf, FIELD } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import type { Diagnostic, Location } from '../../../diag/diagnostic.ts';
import { STB } from '../../../elf/constants.ts';
import type { ElfSymbol } from '../../../elf/types.ts';

/** Those that libbpf itself computes, all from 1.0 on. */
const VIRTUAL: readonly string[] = [
  'LINUX_KERNEL_VERSION',
  'LINUX_HAS_BPF_COOKIE',
  'LINUX_HAS_SYSCALL_WRAPPER',
];

/** What is wrong with a FUNC or VAR of `.kconfig`, in the order in which libbpf asks. */
export function refusedSetting(
  btf: Btf,
  id: number,
  symbol: ElfSymbol,
  at: () => readonly Location[],
): Diagnostic | undefined {
  const { name } = symbol;
  const refuse = (fault: string, quoted: string, remedy: string): Diagnostic =>
    diagnose.badExtern(name, fault, quoted, remedy, at());
  if (btf.kind(id) === KIND.FUNC) {
    const quoted = `extern function ${name} is unsupported under .kconfig section`;
    return refuse('is a function of .kconfig', quoted, 'declare functions with __ksym');
  }
  const types =
    'a setting is a bool, char, integer, enum libbpf_tristate, or an array of char of a given length';
  if (!sizeOf(btf, btf.target(id))) {
    const quoted = `failed to resolve size of extern (kcfg) '${name}'`;
    return refuse('of .kconfig has no size', quoted, types);
  }
  if (!isSettingName(symbol)) {
    const fault = `of .kconfig is no setting of the kernel${didYouMean(name, VIRTUAL)}`;
    const quoted = `extern (kcfg) '${name}': unrecognized virtual extern`;
    return refuse(fault, quoted, `names begin with CONFIG_, or are ${VIRTUAL.join(', ')}`);
  }
  return isSetting(btf, btf.target(id))
    ? undefined
    : refuse(
        'of .kconfig has a type that no setting has',
        `extern (kcfg) '${name}': type is unsupported`,
        types,
      );
}

function isSettingName({ name, binding }: ElfSymbol): boolean {
  if (VIRTUAL.includes(name)) return true;
  return name.startsWith('CONFIG_') || (name.startsWith('LINUX_') && binding === STB.WEAK);
}

function isSetting(btf: Btf, type: number, element = false): boolean {
  const id = peel(btf, type);
  switch (btf.kind(id)) {
    case KIND.INT: {
      const size = btf.size(id);
      const isBool = ((btf.field(id, FIELD.first) >>> 24) & INT_BOOL) !== 0;
      if (element || isBool) return size === 1 && element !== isBool;
      return size === 1 || size === 2 || size === 4 || size === 8;
    }
    case KIND.ENUM:
      return !element && btf.size(id) === 4 && btf.name(id) === 'libbpf_tristate';
    case KIND.ENUM64:
      return !element && btf.name(id) === 'libbpf_tristate';
    case KIND.ARRAY:
      return (
        !element &&
        btf.field(id, FIELD.arrayCount) > 0 &&
        isSetting(btf, btf.field(id, FIELD.arrayElement), true)
      );
    default:
      return false;
  }
}
