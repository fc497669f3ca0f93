/**
 * Ids are plain numbers that the type checker keeps apart. 0 is "none", so a table's first real entry
 * is 1 and an `Int32Array` of ids starts out as "none" everywhere.
 */
declare const brand: unique symbol;

export type Id<Name extends string> = number & { readonly [brand]?: Name };

export type FileId = Id<'file'>;
export type SectionId = Id<'section'>;
