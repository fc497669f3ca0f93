/** Objects that break one of tc's rules each: what bpfld says of them, and what tc makes of them. */
import { object } from '../../support/object.ts';
import { codeCases } from './code-cases.ts';
import { mapCases } from './map-cases.ts';
import {
  array,
  bare,
  fixture,
  inner,
  license,
  loaded,
  maps,
  type Outcome,
  outer,
  pinned,
  plus,
  program,
  type Row,
  refused,
  simple,
  tailCall,
} from './objects.ts';

export interface TcCase {
  readonly rule: string;
  readonly what: string;
  readonly severity: 'error' | 'warning';
  /** In bpfld's report. */
  readonly message: string;
  readonly bytes: () => Uint8Array;
  readonly outcome: Outcome;
}

const warnings: readonly Row[] = [
  ['TC-004', 'no license', 'SEC("license")', plus({}, simple)],
  ['TC-004', 'an empty license', 'SEC("license")', plus({}, { ...license, content: '' }, simple)],
  [
    'TC-008',
    'an unknown pinning',
    "'map0' asks for pinning 9",
    plus(maps([2, 4, 4, 1, 0, 0, 9]), simple),
  ],
  [
    'TC-009',
    'two inner maps for a slot',
    "'map0' is for slot 0, into which tc then puts 'map1'",
    plus(maps(inner(0), inner(0), outer), simple),
  ],
  [
    'TC-021',
    'a tail section of an unknown map',
    'no map has the id 9',
    plus(maps(pinned), simple, program('9/0')),
  ],
  [
    'TC-021',
    'a tail section of an array',
    'is not a program array',
    plus(maps([2, 4, 4, 2, 0, 7]), simple, program('7/0')),
  ],
  [
    'TC-021',
    'two sections for a slot',
    "'7/1' and '7/0x1' are for one slot",
    plus(maps(pinned), simple, program('7/1'), program('7/0x1')),
  ],
  ['TC-022', 'types that the kernel refuses', 'has no effect', fixture('tc-rules/annotated.o')],
  [
    'TC-023',
    'multi-buffer packets',
    'multi-buffer',
    plus(maps(array), simple, program('xdp.frags')),
  ],
  [
    'TC-023',
    'a program for a device map',
    'attach type devmap',
    plus(maps(array), simple, program('xdp/devmap')),
  ],
  [
    'TC-024',
    'a program of another type beside',
    'of type kprobe',
    plus(bare, simple, program('kprobe/sys')),
  ],
  ['TC-025', 'a program array that is not pinned', 'the kernel empties it', tailCall(0)],
];

function readRow(severity: TcCase['severity'], normal: Outcome) {
  return ([rule, what, message, make, outcome]: Row): TcCase => ({
    rule,
    what,
    severity,
    message,
    bytes: typeof make === 'function' ? make : () => object(make),
    outcome: outcome ?? normal,
  });
}

export const tcCases: readonly TcCase[] = [
  ...[...mapCases, ...codeCases].map(readRow('error', refused)),
  ...warnings.map(readRow('warning', loaded(7))),
];
