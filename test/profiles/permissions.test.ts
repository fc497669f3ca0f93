/** Scripts that a user writes for tc: what they permit, keep and put beside maps. */
import { expect, test } from 'vitest';
import { link } from '../../src/link.ts';
import type { LinkResult } from '../../src/link-types.ts';
import { fixture, Output } from '../support/link.ts';

const lower = 'LOWER(calls: copy)\nLOWER(rodata: fold, stack)\n';
const sections = `SECTIONS {
  license : { *(license) }
  maps : { *(maps) }
  .text : { *(.text .text.*) }
  .rodata : { *(.rodata .rodata.*) }
  /DISCARD/ : { *(.BTF .BTF.* .llvm_addrsig .comment) }
}`;
function linkBy(text: string): LinkResult {
  const inputs = [fixture('founding-c/founding.o')];
  return link({ inputs, script: { name: 'user.ld', text } });
}

test('PROFILE(tc) permits references to maps alone, with or without PERMIT_RELOCATIONS', () => {
  const output = new Output(linkBy(`PROFILE(tc)\n${lower}${sections}`));
  expect(output.sectionNames).not.toContain('.rodata');
});

test('TC-013 names the constant, the place and LOWER where the script has none', () => {
  const { diagnostics } = linkBy(`PROFILE(tc)\nLOWER(calls: copy)\n${sections}`);
  const [found] = diagnostics.filter(({ code }) => code === 'TC-013');
  expect(found!.at[0]).toMatchObject({ section: 'classifier' });
  expect(found!.notes.join()).toMatch(/'key',.*LOWER\(rodata: fold, stack\)/);
});

test('the license stays without KEEP, for loaders look for it by name', () => {
  const output = new Output(linkBy(`PROFILE(tc)\n${lower}${sections}`));
  expect(output.sectionNames).toContain('license');
});

test('LAYOUT-012: a misspelt permission; the map says what it needs', () => {
  const script = `PROFILE(tc)\nPERMIT_RELOCATIONS(mapps)\n${lower}${sections}`;
  const { diagnostics } = linkBy(script);
  expect(diagnostics.find(({ code }) => code === 'LAYOUT-012')!.message).toContain(
    "did you mean 'maps'",
  );
  const refused = diagnostics.find(({ code }) => code === 'TC-013');
  expect(refused!.notes.join()).toContain('name maps in PERMIT_RELOCATIONS');
});

test.each(['maps_start = .; *(maps)', '*(maps) BYTE(3)', '*(maps) . = ALIGN(64);'])(
  'TC-005: nothing but definitions in maps: %s',
  (body) => {
    const script = `PROFILE(tc)\n${lower}${sections.replace('*(maps)', body)}`;
    const { output, diagnostics } = linkBy(script);
    expect(output).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toContain('TC-005');
  },
);
