/**
 * Rules of libbpf's loader. What it says itself is quoted, because that is what users search for. What is only
 * unfinished, and a later link may mend, is a warning.
 */
export * from './libbpf/data.ts';
export * from './libbpf/externs.ts';
export * from './libbpf/file.ts';
export * from './libbpf/maps.ts';
export * from './libbpf/programs.ts';
export * from './libbpf/structs.ts';
export * from './libbpf/subprograms.ts';
export * from './libbpf/types.ts';
