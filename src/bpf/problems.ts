/** What flow analysis and edits find wrong, as diagnostics. */
import {
  branchIntoReplaced,
  branchIntoWide,
  branchOutsideFunction,
  branchTooFar,
  type CodePlace,
  fallsOffEnd,
  indirectJump,
  truncatedWide,
  unknownOpcode,
} from '../diag/catalogue/code.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import type { EditProblem } from './edit.ts';
import type { FlowProblem } from './flow.ts';

export function describeFlowProblem(problem: FlowProblem, place: CodePlace): Diagnostic {
  switch (problem.kind) {
    case 'branch-outside':
      return branchOutsideFunction(place, problem.slot, problem.target);
    case 'branch-into-wide':
      return branchIntoWide(place, problem.slot, problem.target);
    case 'falls-off':
      return fallsOffEnd(place, problem.slot);
    case 'truncated-wide':
      return truncatedWide(place, problem.slot);
    case 'unknown-opcode':
      return unknownOpcode(place, problem.slot, problem.opcode);
    case 'indirect-jump':
      return indirectJump(place, problem.slot);
  }
}

export function describeEditProblem(problem: EditProblem, place: CodePlace): Diagnostic {
  switch (problem.kind) {
    case 'branch-too-far':
      return branchTooFar(place, problem.slot, problem.distance);
    case 'branch-into-replaced':
      return branchIntoReplaced(place, problem.slot, problem.target);
    case 'branch-outside':
      return branchOutsideFunction(place, problem.slot, problem.target);
  }
}
