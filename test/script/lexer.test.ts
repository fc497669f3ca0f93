import { expect, test } from 'vitest';
import { readToken } from '../../src/script/lexer.ts';
import type { LexMode } from '../../src/script/token.ts';

function words(text: string, mode: LexMode): string[] {
  const found: string[] = [];
  for (let at = 0; ; ) {
    const token = readToken(text, at, mode);
    if (token.kind === 'end') return found;
    found.push(token.kind === 'name' ? token.text : `${token.kind} ${token.text}`);
    at = token.end;
  }
}

test.each<[LexMode, string, string[]]>([
  ['pattern', 'tc/* */x maps/*', ['tc/*', '*/x', 'maps/*']],
  ['pattern', '/* gone */ .text /**/ *', ['.text', '*']],
  ['pattern', '.text/* all */', ['.text/*', 'all', 'bad */']],
  ['pattern', 'lib.a:b.o(x)', ['lib.a:b.o', 'mark (', 'x', 'mark )']],
  ['pattern', '[!a-z]?.o', ['[!a-z]?.o']],
  ['pattern', '"a b" c', ['string a b', 'c']],
  ['pattern', 'a : b', ['a', 'mark :', 'b']],
  ['name', '.text:{', ['.text', 'mark :', 'mark {']],
  ['name', '1/0 : maps/foo', ['1/0', 'mark :', 'maps/foo']],
  ['name', 'a+=1', ['a', 'mark +=', '1']],
  ['name', 'a/=1', ['a', 'mark /=', '1']],
  ['name', 'a<<=1', ['a', 'mark <<=', '1']],
  ['name', 'a-b', ['a-b']],
  ['expression', 'a/b*c', ['a', 'mark /', 'b', 'mark *', 'c']],
  ['expression', 'a/*c*/b', ['a', 'b']],
  ['expression', '1<<2>=3', ['number 1', 'mark <<', 'number 2', 'mark >=', 'number 3']],
  ['expression', '0 /DISCARD/', ['number 0', '/DISCARD/']],
  ['expression', '.x . $a', ['.x', '.', '$a']],
])('in %s mode, %j', (mode, text, expected) => {
  expect(words(text, mode)).toEqual(expected);
});

test.each<[string, bigint]>([
  ['0', 0n],
  ['42', 42n],
  ['010', 8n],
  ['0x1F', 31n],
  ['2K', 2048n],
  ['0x1m', 0x100000n],
  ['0x00000000000000000000000001', 1n],
  ['18446744073709551615', 0xffff_ffff_ffff_ffffn],
  ['01777777777777777777777', 0xffff_ffff_ffff_ffffn],
])('the number %s', (text, value) => {
  expect(readToken(text, 0, 'expression')).toMatchObject({ kind: 'number', value });
});

test.each([
  '08',
  '0x',
  '1G',
  '12h',
  '18446744073709551616',
  '0x10000000000000000',
  '17592186044416M',
])('the bad number %s', (text) => {
  const token = readToken(text, 0, 'expression');
  expect(token).toMatchObject({ kind: 'bad', text, fault: { kind: 'number' } });
});
