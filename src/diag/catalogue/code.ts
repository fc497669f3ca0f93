import { type Diagnostic, error, type Location } from '../diagnostic.ts';

/** Where code comes from, as the user knows it. */
export interface CodePlace {
  readonly file: string;
  readonly section: string;
  /** The function, where known. */
  readonly function?: string;
  /** The byte offset in the section at which the function begins; 0 where the place is the section. */
  readonly base?: number;
}

function at(place: CodePlace, slot: number): Location {
  const what = place.function === undefined ? {} : { what: `function '${place.function}'` };
  const offset = (place.base ?? 0) + slot * 8;
  return { kind: 'object', file: place.file, section: place.section, offset, ...what };
}

function subject(place: CodePlace): string {
  return place.function === undefined
    ? `section '${place.section}'`
    : `function '${place.function}'`;
}

export function codeSizeNotMultipleOf8(place: CodePlace, size: number): Diagnostic {
  return error(
    'CODE-001',
    `section '${place.section}' holds code but its size, ${size} bytes, is not a multiple of 8`,
    {
      at: [{ kind: 'object', file: place.file, section: place.section }],
      notes: ['the object is damaged, or the section holds data and must not be executable'],
    },
  );
}

export function branchOutsideFunction(place: CodePlace, slot: number, target: number): Diagnostic {
  return error('CODE-002', `branch leaves ${subject(place)}: its target is instruction ${target}`, {
    at: [at(place, slot)],
    notes: [
      'a branch must stay inside its function; check the size of the function symbol, or compile the source again',
    ],
  });
}

export function branchIntoWide(place: CodePlace, slot: number, target: number): Diagnostic {
  return error(
    'CODE-003',
    `branch in ${subject(place)} jumps into the middle of the 16-byte instruction at ${target - 1}`,
    {
      at: [at(place, slot)],
      notes: ['the distance is wrong; check hand-written assembly, or compile the source again'],
    },
  );
}

export function fallsOffEnd(place: CodePlace, slot: number): Diagnostic {
  return error('CODE-004', `control runs off the end of ${subject(place)}`, {
    at: [at(place, slot)],
    notes: [
      'the last instruction must be an exit or a jump; a function of declared return type without a return statement compiles to this',
    ],
  });
}

export function truncatedWide(place: CodePlace, slot: number): Diagnostic {
  return error('CODE-005', `16-byte instruction in ${subject(place)} lacks its second half`, {
    at: [at(place, slot)],
    notes: ['the object is damaged, or a symbol cuts the instruction in two'],
  });
}

export function unknownOpcode(place: CodePlace, slot: number, opcode: number): Diagnostic {
  const shown = `0x${opcode.toString(16).padStart(2, '0')}`;
  return error('CODE-006', `unknown instruction with opcode ${shown} in ${subject(place)}`, {
    at: [at(place, slot)],
    notes: ['the kernel refuses it; the section may hold data instead of code'],
  });
}

export function indirectJump(place: CodePlace, slot: number): Diagnostic {
  return error('CODE-007', `indirect jump in ${subject(place)}, and its jump table is not known`, {
    at: [at(place, slot)],
    notes: ['compile without jump tables: -fno-jump-tables'],
  });
}

export function branchTooFar(place: CodePlace, slot: number, distance: number): Diagnostic {
  return error(
    'CODE-008',
    `branch in ${subject(place)} no longer reaches its target: ${distance} instructions do not fit in 16 bits`,
    {
      at: [at(place, slot)],
      notes: [
        'code inserted between the branch and its target moved them apart; split the function, or compile with -mcpu=v4, which has longer jumps',
      ],
    },
  );
}

export function branchIntoReplaced(place: CodePlace, slot: number, target: number): Diagnostic {
  return error(
    'CODE-009',
    `branch in ${subject(place)} jumps to instruction ${target}, which is part of a sequence to be rewritten`,
    {
      at: [at(place, slot)],
      notes: ['the sequence can be rewritten only as a whole; compile the source again with -O2'],
    },
  );
}
