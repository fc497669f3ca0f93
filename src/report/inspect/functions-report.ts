import { programTypeOf } from '../../bpf/program-sections.ts';
import { STT } from '../../elf/constants.ts';
import { type Functions, isProgram, type ObjectFunction } from './functions.ts';
import { bindingName, visibilityName } from './names.ts';
import type { ObjectView } from './object.ts';
import { stackReports } from './stack.ts';
import { declarationOf } from './type-info.ts';
import type { FunctionReport, ProgramReport } from './types.ts';
import { usesOf } from './uses.ts';

export function reportFunctions(functions: Functions, view: ObjectView): FunctionReport[] {
  const stacks = stackReports(functions, view.elf.order);
  // Code without a name that nothing calls is padding, or dead.
  const called = new Set(
    [...functions].flatMap((fn) =>
      [...usesOf(fn, functions, view).calls.values()].map(({ name }) => name),
    ),
  );
  return [...functions]
    .filter((fn) => fn.symbols.length > 0 || isProgram(fn) || called.has(fn.name))
    .map((fn) => {
      const [symbol, ...aliases] = fn.symbols;
      const role = isProgram(fn) ? 'program' : 'subprogram';
      const uses = usesOf(fn, functions, view);
      return {
        name: fn.name,
        role,
        section: fn.section.name,
        offset: fn.start,
        size: fn.end - fn.start,
        instructions: (fn.end - fn.start) / 8,
        binding: symbol === undefined ? null : bindingName(symbol.binding),
        visibility: symbol === undefined ? null : visibilityName(symbol.visibility),
        aliases: aliases.map(({ name }) => name),
        program: role === 'program' ? programOf(fn) : null,
        declaration: symbol?.type === STT.FUNC ? declarationOf(view.types, typeOf(fn, view)) : null,
        source: view.types.lineAt(fn.section.name, fn.start),
        calls: [...uses.calls.values()],
        callbacks: [...uses.callbacks.values()],
        helpers: [...uses.helpers],
        kfuncs: [...uses.kfuncs],
        maps: [...uses.maps],
        data: [...uses.data],
        stack: stacks.get(fn)!,
      };
    });
}

/** Its FUNC. */
function typeOf({ section, start, symbols }: ObjectFunction, view: ObjectView): number | undefined {
  const names = symbols.map(({ name }) => name);
  return view.types.functions.at(section.name, start, names);
}

function programOf({ section }: ObjectFunction): ProgramReport | null {
  const known = programTypeOf(section.name);
  if (known === undefined) return null;
  const { type, attach, sleepable, autoload } = known;
  return { type, attach: attach ?? null, sleepable, autoload };
}
