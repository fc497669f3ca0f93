/**
 * CO-RE records in words. A record has a type, a path into it and a question:
 *
 *     struct task_struct, "0:5:2", 0      ->      struct task_struct.se.vruntime (byte_off)
 *
 * The path's first number is an index of the type itself, as of an array; the others are members and elements.
 */
import { RECORD_WORDS } from '../../btf/ext.ts';
import { KIND } from '../../btf/format.ts';
import { printType } from '../../btf/print-c.ts';
import { peel } from '../../btf/query.ts';
import { type Btf, FIELD } from '../../btf/types.ts';
import type { TypeInfo } from './type-info.ts';

/** `enum bpf_core_relo_kind` as libbpf calls it in messages. */
const questions: readonly string[] = [
  'byte_off',
  'byte_sz',
  'field_exists',
  'signed',
  'lshift_u64',
  'rshift_u64',
  'local_type_id',
  'target_type_id',
  'type_exists',
  'type_size',
  'enumval_exists',
  'enumval_value',
  'type_matches',
];

/** libbpf follows no longer paths. */
const LONGEST_PATH = 64;

/** By byte offset, what CO-RE is asked for at the instructions of a section. */
export function coreNotes({ btf, ext }: TypeInfo, section: string): ReadonlyMap<number, string> {
  const notes = new Map<number, string>();
  if (btf === undefined || ext === undefined) return notes;
  const width = RECORD_WORDS.core;
  for (const { section: name, records } of ext.core) {
    if (btf.strings.at(name) !== section) continue;
    for (let at = 0; at < records.length; at += width) {
      const [offset, type, path, kind] = records.subarray(at, at + width);
      const question = questions[kind!] ?? `kind ${kind}`;
      notes.set(offset!, `${describeAccess(btf, type!, btf.strings.at(path!))} (${question})`);
    }
  }
  return notes;
}

/** `struct task_struct.se.vruntime`; a path that leads nowhere stays as it is. */
export function describeAccess(btf: Btf, type: number, path: string): string {
  const whole = printType(btf, type);
  const parts = path.split(':', LONGEST_PATH + 1).map(Number);
  const sound = parts.length <= LONGEST_PATH && parts.every((part) => Number.isInteger(part));
  const access = sound ? follow(btf, type, parts) : undefined;
  return access === undefined ? `${whole} "${path.slice(0, 80)}"` : `${whole}${access}`;
}

function follow(
  btf: Btf,
  type: number,
  [first = 0, ...rest]: readonly number[],
): string | undefined {
  let at = peel(btf, type);
  const kind = btf.kind(at);
  if (kind === KIND.ENUM || kind === KIND.ENUM64) {
    const value = rest.length === 0 ? btf.enumerators(at)[first] : undefined;
    return value && `.${value.name}`;
  }
  let text = first === 0 ? '' : `[${first}]`;
  for (const part of rest) {
    switch (btf.kind(at)) {
      case KIND.STRUCT:
      case KIND.UNION: {
        if (!(part >= 0 && part < btf.vlen(at))) return undefined;
        const member = btf.member(at, part);
        if (member.name !== '') text += `.${member.name}`;
        at = peel(btf, member.type);
        break;
      }
      case KIND.ARRAY:
        text += `[${part}]`;
        at = peel(btf, btf.field(at, FIELD.arrayElement));
        break;
      default:
        return undefined;
    }
  }
  return text;
}
