/**
 * `node carve-objects.mjs OUTPUT FOLDER`: the BPF objects inside the files of a folder, as OUTPUT/NAME.o.
 *
 * A program built with a skeleton (libbpf) or with bpf2go (Go) carries the whole object file among its
 * constants. It begins with an ELF header and goes to the end of the section headers or of the last section,
 * whichever is later. Equal objects are written once.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const headerSize = 64;
const [REL, BPF, NOBITS] = [1, 247, 8];
const [output, folder] = process.argv.slice(2);
const seen = new Set();

mkdirSync(output, { recursive: true });
for (const file of filesBelow(folder)) {
  const name = basename(file).replace(/[^\w.-]/g, '_');
  objectsIn(readFileSync(file)).forEach((object, i) => {
    const text = object.toString('latin1');
    if (seen.has(text)) return;
    seen.add(text);
    writeFileSync(join(output, `${name}${i === 0 ? '' : `-${i + 1}`}.o`), object);
  });
}

function filesBelow(directory) {
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name))
    .flatMap((path) => {
      const status = lstatSync(path);
      return status.isDirectory() ? filesBelow(path) : status.isFile() ? [path] : [];
    });
}

function objectsIn(bytes) {
  const objects = [];
  const next = (from) => bytes.indexOf('\x7fELF\x02\x01', from, 'latin1');
  for (let at = next(0); at !== -1; at = next(at + 4)) {
    const size = objectSize(bytes.subarray(at));
    if (size !== undefined) objects.push(bytes.subarray(at, at + size));
  }
  return objects;
}

/** The size of the BPF object that `bytes` begin with; undefined where it is another file or cut off. */
function objectSize(bytes) {
  if (bytes.length < headerSize) return undefined;
  if (bytes.readUInt16LE(16) !== REL || bytes.readUInt16LE(18) !== BPF) return undefined;
  const table = Number(bytes.readBigUInt64LE(40));
  const [entrySize, count] = [bytes.readUInt16LE(58), bytes.readUInt16LE(60)];
  let end = table + count * entrySize;
  if (entrySize !== headerSize || end > bytes.length) return undefined;
  for (let at = table; at < table + count * entrySize; at += entrySize) {
    if (bytes.readUInt32LE(at + 4) === NOBITS) continue;
    const last = bytes.readBigUInt64LE(at + 24) + bytes.readBigUInt64LE(at + 32);
    if (last > bytes.length) return undefined;
    end = Math.max(end, Number(last));
  }
  return end;
}
