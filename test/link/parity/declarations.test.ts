/** What files declare under one name: what goes together, and what is an error that shows both declarations. */
import { expect, test } from 'vitest';
import type { Location } from '../../../src/diag/diagnostic.ts';
import { codes } from '../../support/link.ts';
import { compatible, declared, incompatible } from './cases.ts';
import { parity, parityError, parityLink, permutations } from './support.ts';

test.each(compatible)('%s go together, in both orders', (_, use, definition) => {
  for (const order of permutations([declared(use), declared(definition)])) {
    const output = parity(...order);
    expect(output.symbol('subject').place).toBe('section');
    expect(output.linkages('subject')).toEqual(['global']);
  }
});

/** What the two places show, in C. */
function shown(at: readonly Location[]): string[] {
  return at.flatMap((place) => (place.kind === 'object' && place.what ? [place.what] : []));
}

test.each(incompatible)('BTF-003: %s, in both orders', (_, use, definition, text, word) => {
  for (const order of permutations([declared(use), declared(definition)])) {
    const { code, message, at } = parityError(...order);
    expect(code).toBe('BTF-003');
    expect(message).toMatch(/^'subject' is declared in two ways: /);
    expect(message).toContain(word);
    const texts = shown(at);
    if (order[0] !== declared(use)) texts.reverse();
    expect(texts).toHaveLength(2);
    for (const [i, part] of text.entries()) expect(texts[i]).toContain(part);
    // The place of the use, in its source.
    expect(at).toContainEqual(expect.objectContaining({ kind: 'source', function: 'use' }));
  }
});

test('BTF-003: a kernel function that two files declare in two ways', () => {
  for (const order of permutations(['kernel-functions/one.o', 'kernel-functions/other.o'])) {
    const { output, diagnostics } = parityLink(order);
    expect(output).toBeUndefined();
    expect(codes(diagnostics)).toEqual(['BTF-003', 'BTF-003']);
    const all = diagnostics.map(({ message }) => message).sort();
    expect(all[0]).toContain("'bpf_rcu_read_lock'");
    const sources = diagnostics[0]!.at.filter(({ kind }) => kind === 'source');
    expect(sources).toHaveLength(2);
  }
});

test('BTF-005: a name of .ksyms in one file and of .kconfig in another', () => {
  for (const order of permutations(['kernel-functions/config.o', 'kernel-functions/variable.o'])) {
    const { code, message, at } = parityError(...order);
    expect(code).toBe('BTF-005');
    expect(message).toContain("'bpf_rcu_read_lock' is in .k");
    expect(at.filter(({ kind }) => kind === 'source')).toHaveLength(2);
  }
});

test('BTF-003: a setting of the kernel in one file, a function of it in another', () => {
  for (const order of permutations(['kernel-functions/config.o', 'kernel-functions/one.o'])) {
    const { output, diagnostics } = parityLink(order);
    expect(output).toBeUndefined();
    expect(diagnostics[0]?.code).toBe('BTF-003');
    expect(diagnostics[0]?.message).toContain('a function');
  }
});
