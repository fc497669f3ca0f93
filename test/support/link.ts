/** Links objects and fixtures as the tests need it, and looks at what comes out. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ByteView } from '../../src/base/bytes.ts';
import type { Diagnostic } from '../../src/diag/diagnostic.ts';
import { readElf } from '../../src/elf/read.ts';
import type { ElfObject, ElfSection, ElfSymbol } from '../../src/elf/types.ts';
import { link } from '../../src/link.ts';
import type { LinkOptions, LinkResult } from '../../src/link-types.ts';
import { type ObjectSpec, object } from './object.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** An object of `fixtures/`, e.g. `rich/main.o`; diagnostics call it the same. */
export function fixture(path: string): { readonly path: string; readonly bytes: Uint8Array } {
  return { path, bytes: new Uint8Array(readFileSync(`${root}fixtures/${path}`)) };
}

export function hasFixture(path: string): boolean {
  return existsSync(`${root}fixtures/${path}`);
}

/** What no linker takes: one name for two functions, and a symbol that leads out of its section. */
const unlinkable = /^verdicts.(39-one-name-twice|40-size-of-function.past)/;

/** The little-endian objects of each directory of `fixtures/`. */
export function fixtureObjects(): string[] {
  return readdirSync(`${root}fixtures`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.o') && !path.endsWith('.be.o') && !unlinkable.test(path))
    .sort();
}

export type ShippedScript =
  `${'aya' | 'cilium' | 'generic' | 'libbpf' | 'redbpf' | 'tc' | 'tc-libbpf'}.ld`;

export function shippedScript(name: ShippedScript): { name: string; text: string } {
  return { name, text: readFileSync(`${root}linker-scripts/${name}`, 'utf8') };
}

/** Links fixtures with a shipped script. */
export function linkFixture(
  paths: readonly string[],
  script: ShippedScript,
  options: Omit<LinkOptions, 'inputs' | 'script'> = {},
): LinkResult {
  return link({ inputs: paths.map(fixture), script: shippedScript(script), ...options });
}

/** Objects by name, or bytes as they are: `{ 'a.o': { sections: [...] } }`. */
export type Objects = Readonly<Record<string, ObjectSpec | Uint8Array>>;

/** Links made objects with `script`'s text; without one, with generic.ld. */
export function linkObjects(
  objects: Objects,
  script?: string,
  options: Omit<LinkOptions, 'inputs' | 'script'> = {},
): LinkResult {
  const inputs = Object.entries(objects).map(([path, made]) => ({
    path,
    bytes: made instanceof Uint8Array ? made : object(made),
  }));
  const named = script === undefined ? shippedScript('generic.ld') : { name: 'x.ld', text: script };
  return link({ inputs, script: named, ...options });
}

/** The output of a link that is to succeed. */
export class Output {
  readonly bytes: Uint8Array;
  readonly elf: ElfObject;
  readonly diagnostics: readonly Diagnostic[];

  constructor({ output, diagnostics }: LinkResult) {
    if (output === undefined) throw new Error(JSON.stringify(diagnostics, undefined, 1));
    const { object: elf, fault } = readElf(output, 'output');
    if (elf === undefined) throw new Error(fault.message);
    this.bytes = output;
    this.elf = elf;
    this.diagnostics = diagnostics;
  }

  /** Of the sections that the link placed: not tables. */
  get sectionNames(): string[] {
    return this.elf.sections
      .map(({ name }) => name)
      .filter((name) => !/^(|\.rel.*|\.(sym|str)tab)$/.test(name));
  }

  section(name: string): ElfSection {
    const found = this.elf.sections.find((section) => section.name === name);
    if (found === undefined) throw new Error(`no section ${name}`);
    return found;
  }

  content(name: string): number[] {
    return [...this.section(name).bytes];
  }

  text(name: string): string {
    return String.fromCharCode(...this.section(name).bytes);
  }

  view(name: string): ByteView {
    return new ByteView(this.section(name).bytes, this.elf.order);
  }

  symbols(name: string): ElfSymbol[] {
    return this.elf.symbols.filter((symbol) => symbol.name === name);
  }

  /** The one symbol of the name. */
  symbol(name: string): ElfSymbol {
    const [symbol, other] = this.symbols(name);
    if (symbol === undefined || other !== undefined) throw new Error(`not one symbol ${name}`);
    return symbol;
  }

  /** `offset type symbol`, where a section symbol is named like its section. */
  relocations(name: string): string[] {
    return (this.elf.relocations.get(this.section(name).index) ?? []).map((relocation) => {
      const symbol = this.elf.symbols[relocation.symbol]!;
      const text = symbol.name || this.elf.sections[symbol.section]!.name;
      return `${relocation.offset} ${relocation.type} ${text}`;
    });
  }
}

export function linked(objects: Objects, script?: string, options = {}): Output {
  return new Output(linkObjects(objects, script, options));
}

/** The diagnostics of a link that is to fail. */
export function refused(
  objects: Objects,
  script?: string,
  options: Omit<LinkOptions, 'inputs' | 'script'> = {},
): readonly Diagnostic[] {
  const { output, diagnostics } = linkObjects(objects, script, options);
  if (output !== undefined) throw new Error('the link succeeded');
  return diagnostics;
}

export function codes(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code }) => code);
}
