import { expect, test } from 'vitest';
import { artifactLocation, directoryUri } from '../../../src/report/check/uri.ts';

test.each([
  ['a.c', '/proj', 'a.c'],
  ['./src//b/../a b.c', '/proj', 'src/a%20b.c'],
  ['/proj/x/a.c', '/proj/x', 'a.c'],
  ['a:b#?.c', '/', 'a%3Ab%23%3F.c'],
  ['C:\\p\\src\\a.c', 'C:\\p', 'src/a.c'],
  ['.', '/proj', '.'],
])('%s in %s is %s', (path, directory, uri) => {
  expect(artifactLocation(path, directory)).toEqual({ uri, uriBaseId: '%SRCROOT%' });
});

test.each([
  ['/usr/a.c', '/proj', 'file:///usr/a.c'],
  ['../a.c', '/proj/x', 'file:///proj/a.c'],
  ['../../../a.c', '/x', 'file:///a.c'],
  ['/projs/a.c', '/proj', 'file:///projs/a.c'],
  ['D:\\a b.c', 'C:\\p', 'file:///D:/a%20b.c'],
])('%s outside of %s is %s', (path, directory, uri) => {
  expect(artifactLocation(path, directory)).toEqual({ uri });
});

test('directories end with a slash', () => {
  expect(directoryUri('/a b/c/')).toBe('file:///a%20b/c/');
  expect(directoryUri('/')).toBe('file:///');
});
