import type { Version } from '../../../model/rule.ts';

/**
 * Whatever came after aya-obj 0.3 (the next one published is 0.5): externs of `.ksyms`, `uprobe.multi`, callees told
 * apart by their sections too, sizes of arrays of arrays, records of functions checked.
 */
export const AFTER_0_3: Version = [0, 4];
