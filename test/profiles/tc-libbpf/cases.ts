/** Objects for tc with libbpf: those that break a rule of tc's, and what tc is asked for. */

export interface TcLibbpfCase {
  readonly rule: string;
  readonly what: string;
  readonly object: string;
  readonly section: string;
  readonly severity: 'error' | 'warning';
  /** In bpfld's report. */
  readonly message: string;
}

type Row = readonly [
  rule: string,
  what: string,
  object: string,
  section: string,
  message: string,
  severity?: 'error' | 'warning',
];

const own = 'tc-libbpf-rules';

const rows: readonly Row[] = [
  ['TC-001', 'the other byte order', 'plain/plain.be.o', 'classifier', 'the object is big-endian'],
  ['TC-002', 'an empty last section', 'tc-rules/empty-last.o', 'classifier', 'is empty'],
  ['TC-005', 'maps that tc cannot divide', 'tc-rules/local.o', 'classifier', "'odd'"],
  ['LIBBPF-009', 'legacy maps', 'tc-rules/ring-buffer.o', 'classifier', "section 'maps'"],
  ['LIBBPF-006', 'a section that is no data', 'libbpf-rules/odd-section.o', 'tc', '.Lalloc52'],
  ['TCL-001', 'code without a symbol', `${own}/bare.o`, 'classifier', 'no function symbol'],
  [
    'TCL-002',
    'a slot for another section',
    `${own}/slot-other.o`,
    'classifier',
    "slot 1 of 'jump'",
  ],
  ['TCL-003', 'a hash without entries', `${own}/no-entries.o`, 'classifier', 'max_entries 0'],
  ['TCL-003', 'an array of wide keys', `${own}/wide-key.o`, 'classifier', 'key_size 8'],
  ['TCL-004', 'a program not to be loaded', `${own}/optional.o`, 'tc', "name the section 'tc'"],
  ['TCL-005', 'only programs of other types', `${own}/kprobe.o`, 'classifier', "'kprobe/sys'"],
  ['TCL-005', 'another type beside', `${own}/beside.o`, 'classifier', 'of type kprobe', 'warning'],
  ['TCL-006', 'an array not pinned', `${own}/slot-own.o`, 'classifier', 'not pinned', 'warning'],
];

export const tcLibbpfCases: readonly TcLibbpfCase[] = rows.map(
  ([rule, what, object, section, message, severity = 'error']): TcLibbpfCase => ({
    rule,
    what,
    object,
    section,
    message,
    severity,
  }),
);

/** Objects that break none, and the section to ask for. They return 2 * (byte 20 + 321). */
export const takenByTc: readonly (readonly [object: string, section: string])[] = [
  [`${own}/fine.o`, 'classifier'],
  [`${own}/pinned.o`, 'classifier'],
  [`${own}/perf.o`, 'classifier'],
  [`${own}/ring.o`, 'classifier'],
  [`${own}/unknown-field.o`, 'classifier'],
  [`${own}/other-name.o`, 'anything'],
];
