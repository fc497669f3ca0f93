import type { Diagnostic } from '../diag/diagnostic.ts';
import type { ElfObject } from '../elf/types.ts';

/** A loader's rule: looks at a finished object and reports what the loader would trip over. */
export type Rule = (object: ElfObject, report: (diagnostic: Diagnostic) => void) => void;
