/** CILIUM-015 and CILIUM-016: what stands outside of the object, or where cilium/ebpf does not look. */
import { type Diagnostic, error, type Location, quote } from '../../diagnostic.ts';
import { undefinedRemedy } from '../symbols.ts';

type Places = readonly Location[];

const says = quote('cilium/ebpf');

/** CILIUM-015 */
export const undefinedFunction = (name: string, near: string, at: Places): Diagnostic =>
  error('CILIUM-015', `undefined function: ${name}${near}`, {
    at,
    notes: [
      says(`Call at insn N: symbol "${name}": unsatisfied program reference`),
      'a function of the kernel is declared `extern ... __ksym`, and compiled with -g',
      undefinedRemedy(name),
    ],
  });

/** CILIUM-015 */
export const undefinedForm = (
  name: string,
  fault: string,
  quoted: string,
  at: Places,
): Diagnostic =>
  error('CILIUM-015', `undefined symbol '${name}' ${fault}`, {
    at,
    notes: [
      says(`asm relocation: ${name}: ${quoted}`),
      'declare the name `extern`, and leave its type to the declaration',
    ],
  });

/** CILIUM-015; before 0.14 for kernel functions too. */
export const weakExtern = (name: string, what: 'setting' | 'name', at: Places): Diagnostic =>
  error('CILIUM-015', `weak ${what} '${name}'`, {
    at,
    notes: [
      says(`asm relocation: ${name}: unsupported binding: STB_WEAK`),
      what === 'setting'
        ? 'remove `__weak`: cilium/ebpf knows no settings that may be missing'
        : 'remove `__weak`, or use cilium/ebpf 0.14 or newer',
    ],
  });

/** CILIUM-015 */
export const notInKconfig = (name: string, near: string, at: Places): Diagnostic =>
  error('CILIUM-015', `'${name}' is undefined, and no setting of .kconfig${near}`, {
    at,
    notes: [
      says(`kconfig ${name} not found in .kconfig`),
      'in an object with settings, cilium/ebpf takes all undefined data for settings: declare it `__kconfig` or `__ksym`',
    ],
  });

/** CILIUM-015; `quoted` is what follows the name in the loader's words. */
export const badSetting = (
  name: string,
  fault: string,
  quoted: string,
  remedy: string,
  at: Places,
): Diagnostic =>
  error('CILIUM-015', `'${name}' of .kconfig ${fault}`, { at, notes: [says(quoted), remedy] });

/** CILIUM-015; `since` is the version that takes it. */
export const badKsym = (
  name: string,
  type: string,
  since: string | undefined,
  at: Places,
): Diagnostic =>
  error('CILIUM-015', `the kernel's variable '${name}' is declared as ${type}`, {
    at,
    notes: [
      says(
        since === undefined
          ? `data section .ksyms: expected ${name} to be *Void, not *btf.Var: not supported`
          : 'data section .ksyms: expected *btf.Func, not *btf.Var: not supported',
      ),
      since === undefined
        ? `declare it \`extern void ${name} __ksym\`, which gives its address`
        : `use cilium/ebpf ${since} or newer`,
    ],
  });

/** CILIUM-015 */
export const kfuncFlavor = (name: string, plain: string, weak: boolean, at: Places): Diagnostic =>
  error('CILIUM-015', `cilium/ebpf looks for the kernel's function '${name}' by its whole name`, {
    at,
    notes: [
      weak
        ? 'it finds none and says nothing: `bpf_ksym_exists` is always false'
        : says(`fixing up kfuncs: kfunc "${name}": not supported`),
      `it knows no flavors: declare the function as '${plain}'`,
    ],
  });

/** CILIUM-016 */
export const undefinedData = (name: string, near: string, at: Places): Diagnostic =>
  error('CILIUM-016', `undefined data: ${name}${near}`, {
    at,
    notes: [
      'cilium/ebpf says nothing, and the program finds 0 for its address',
      undefinedRemedy(name),
    ],
  });

/** CILIUM-016 */
export const ignoredRela = (section: string, at: Places): Diagnostic =>
  error('CILIUM-016', `the relocations of section '${section}' are RELA, which cilium/ebpf skips`, {
    at,
    notes: [
      'it says nothing, and programs refer to whatever stands in the instruction; link the object, which makes them REL',
    ],
  });

/** CILIUM-016 */
export const structOpsSection = (section: string, at: Places): Diagnostic =>
  error('CILIUM-016', `cilium/ebpf takes no section '${section}'`, {
    at,
    notes: [
      says(`section "${section}": got '.struct_ops' section: not supported`),
      'put the table into `.struct_ops.link`: SEC(".struct_ops.link")',
    ],
  });

/** CILIUM-016; `before` is the version that reads such sections. */
export const structOpsIgnored = (
  section: string,
  before: string | undefined,
  at: Places,
): Diagnostic =>
  error('CILIUM-016', `cilium/ebpf skips section '${section}'`, {
    at,
    notes: [
      before === undefined
        ? 'it says nothing, and there is no such map; write SEC(".struct_ops.link")'
        : `it says nothing, and there is no such map; use cilium/ebpf ${before} or newer`,
    ],
  });

/** CILIUM-016; `quoted` in the loader's words. */
export const badStructOps = (
  section: string,
  fault: string,
  quoted: string,
  remedy: string,
  at: Places,
): Diagnostic =>
  error('CILIUM-016', `section '${section}' ${fault}`, {
    at,
    notes: [says(`load struct_ops: ${quoted}`), remedy],
  });
