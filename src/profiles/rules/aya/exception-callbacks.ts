/** AYA-046: functions that the kernel calls when a program throws. libbpf puts them behind the program; aya does not. */
import { exceptionCallbacks } from '../../../btf/exception-callbacks.ts';
import * as diagnose from '../../../diag/catalogue/aya/programs.ts';
import type { Rule } from '../../../model/rule.ts';
import { functionUses } from './code-references.ts';
import { ayaView } from './view.ts';

export const callbacksAreReached: Rule = (object, report) => {
  const view = ayaView(object);
  const { btf } = view.base;
  const callbacks = btf && exceptionCallbacks(btf);
  if (callbacks === undefined || callbacks.size === 0) return;
  const uses = functionUses(view);
  for (const program of view.programs()) {
    const callback = callbacks.get(program.name);
    if (callback === undefined) continue;
    if ([...uses.reached(program)].some(({ name }) => name === callback)) continue;
    const at = view.base.at(program.section, program.start);
    report(diagnose.exceptionCallback(program.name, callback, at));
  }
};
