/** Declarations of `subject` in fixtures/declarations: a file that uses it, and one that defines it. */

export const declared = (name: string): string => `declarations/${name}.o`;

/** What is compared, the user, the definition. */
export const compatible: readonly (readonly [string, string, string])[] = [
  ['int and unsigned int', 'int-use', 'const-number'],
  ['an array of no length and one of 10', 'array-use', 'array'],
  ['a pointer to a declared struct and to a known one', 'pointer-use', 'pointer'],
  ['the same struct', 'struct-use', 'struct'],
  ['a pointer to a declared enum and to a known one', 'enum-forward-use', 'enum-pointer'],
  ['a pointer to a declared enum and to one of 64 bits', 'enum-forward-use', 'enum-wide-pointer'],
  ['enums of one name and size', 'enum-use', 'enum'],
  ['float', 'float-use', 'float'],
  ['a function', 'function-use', 'function'],
  ['a function of unsigned int through a typedef', 'function-use', 'function-unsigned'],
  ['parameters that point to one struct', 'pointer-parameter-use', 'pointer-parameter'],
  ['with a qualifier', 'pointer-parameter-use', 'pointer-parameter-const'],
  ['a variable', 'variable-use', 'variable'],
];

/** And what the two places show in C, and a word of the message. */
export const incompatible: readonly (readonly [
  string,
  string,
  string,
  readonly [string, string],
  string,
])[] = [
  ['int and long', 'int-use', 'long', ['int subject', 'long subject'], 'bytes'],
  ['element types', 'array-use', 'array-long', ['int subject[', 'long subject[10]'], 'bytes'],
  [
    'struct and union behind a pointer',
    'pointer-use',
    'pointer-union',
    ['struct shape *', 'union shape *'],
    "'union shape'",
  ],
  [
    'struct and a known union',
    'pointer-use',
    'pointer-other',
    ['struct shape *', 'union shape *'],
    "'union shape'",
  ],
  ['member count', 'struct-use', 'struct-more', ['struct shape', 'struct shape'], 'members in one'],
  ['member name', 'struct-use', 'struct-renamed', ['struct shape', 'struct shape'], "'other'"],
  ['member offset', 'struct-use', 'struct-moved', ['struct shape', 'struct shape'], 'struct shape'],
  ['member type', 'struct-use', 'struct-retyped', ['struct shape', 'struct shape'], "'b'"],
  ['bit-field', 'struct-use', 'struct-bits', ['struct shape', 'struct shape'], "'a'"],
  [
    'struct and union by value',
    'struct-use',
    'union',
    ['struct shape', 'union shape'],
    "'union shape'",
  ],
  [
    'a known struct that is an int elsewhere',
    'int-use',
    'struct',
    ['int subject', 'struct shape'],
    "'int'",
  ],
  ['size of an enum', 'enum-use', 'enum-wide', ['enum level', 'enum level'], 'bytes'],
  ['name of an enum', 'enum-use', 'enum-other', ['enum level', 'enum stage'], "'enum stage'"],
  ['float and double', 'float-use', 'double', ['float subject', 'double subject'], '8'],
  ['result', 'function-use', 'function-long', ['int subject(', 'long subject('], 'result'],
  [
    'result, a pointer',
    'function-use',
    'function-pointer-result',
    ['int subject(', 'subject('],
    'result',
  ],
  [
    'parameter',
    'function-use',
    'function-long-parameter',
    ['subject(int', 'subject(long'],
    'parameter 1',
  ],
  [
    'parameter, a pointer',
    'function-use',
    'function-pointer',
    ['subject(int', 'subject(void *'],
    'parameter 1',
  ],
  [
    'parameter, another struct',
    'pointer-parameter-use',
    'pointer-parameter-other',
    ['struct shape *', 'struct other *'],
    "'struct other'",
  ],
  ['arity', 'function-use', 'function-two', ['subject(int', 'subject(int value, int other'], '2'],
  ['variadic', 'function-variadic-use', 'function', ['...', 'subject(int value)'], 'variadic'],
  [
    'variable and function',
    'variable-use',
    'function',
    ['int subject', 'int subject('],
    'a function',
  ],
  [
    'function and variable',
    'function-use',
    'variable',
    ['int subject(', 'int subject'],
    'a variable',
  ],
];

export const equalMaps: readonly (readonly [string, string, string])[] = [
  ['alike', 'map-use', 'map'],
  ['in another order', 'map-use', 'map-reordered'],
  ['with a signed value', 'map-use', 'map-value-signed'],
  ['of maps', 'map-of-maps-use', 'map-of-maps'],
];

/** And the difference in words. */
export const differentMaps: readonly (readonly [string, string, string, string])[] = [
  ['type', 'map-use', 'map-type', "'type' is 1 in one, 2 in the other"],
  ['max_entries', 'map-use', 'map-entries', "'max_entries' is 4 in one, 8 in the other"],
  ['map_flags', 'map-use', 'map-flags', "'map_flags' is 0 in one, 1 in the other"],
  ['pinning', 'map-use', 'map-pinning', "'pinning' is 0 in one, 1 in the other"],
  ['numa_node', 'map-use', 'map-node', "'numa_node' is 0 in one, 1 in the other"],
  ['map_extra', 'map-use', 'map-extra', "'map_extra' is 0 in one, 1 in the other"],
  ['key size', 'map-use', 'map-key', "'key'"],
  ['key type', 'map-use', 'map-key-struct', "'key'"],
  ['value size', 'map-use', 'map-value', "'value'"],
  ['sizes instead of types', 'map-use', 'map-sizes', "only one has 'value'"],
  ['the inner map', 'map-of-maps-use', 'map-of-other-maps', 'the inner map'],
  ['an unknown attribute', 'map-unknown-use', 'map-unknown', "the unknown attribute 'colour'"],
];
