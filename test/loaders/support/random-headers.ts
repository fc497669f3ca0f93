/**
 * C sources that share headers badly: structs that point to each other, which one file has in full, another
 * declares only, and a third defines otherwise. The same seed gives the same sources.
 *
 * Enums of one name are equal in all files: where they differ and one is only declared, the reference joins
 * structs that have different enums (btf_dedup_is_equiv looks at the declaration, not at what it became).
 */

export interface HeaderChances {
  readonly files: number;
  readonly structs: number;
  /** Of 100: that a struct has another body in some file. */
  readonly conflicts: number;
  /** Of 100: that a file only declares a struct. */
  readonly forwards: number;
}

type Random = (below: number) => number;

export function randomSources(seed: number, chances: HeaderChances): string[] {
  const random = randomNumbers(seed);
  const { files, structs, conflicts, forwards } = chances;
  const each = Array.from({ length: structs }, (_, i) => i);
  const bodies = each.map((i) => {
    const variants = [members(random, structs, i)];
    while (random(100) < conflicts && variants.length < 3) {
      variants.push(random(2) === 0 ? members(random, structs, i) : `${variants[0]} long more;`);
    }
    return variants;
  });
  const targets = each.map((i) => reference(random, structs, `t${i}`));
  return Array.from({ length: files }, (_, file) => {
    const full = each.map((i) => (random(100) < forwards ? undefined : random(bodies[i]!.length)));
    const lines = each.map((i) => `struct s${i};`);
    lines.push('enum e0 { E0_A, E0_B = 7 };', 'enum e1 { E1_A = -1 };');
    for (const i of each) lines.push(`typedef ${targets[i]};`);
    for (const i of each) {
      if (full[i] !== undefined) lines.push(`struct s${i} { ${bodies[i]![full[i]]} };`);
    }
    for (const i of each) {
      const use = random(4);
      if (use === 0) lines.push(`struct s${i} *f${file}_p${i};`);
      if (use === 1) lines.push(`t${i} f${file}_t${i};`);
      if (use >= 2 && full[i] !== undefined) lines.push(`struct s${i} f${file}_v${i};`);
      if (random(5) === 0) lines.push(`int f${file}_f${i}(struct s${i} *a, t${i} b) { return 0; }`);
    }
    return `${lines.join('\n')}\nint f${file}_last;\n`;
  });
}

function members(random: Random, structs: number, self: number): string {
  return Array.from({ length: 1 + random(5) }, (_, i) => {
    switch (random(9)) {
      case 0:
        return `int m${i} : ${1 + random(20)};`;
      case 1:
        return `enum e${random(2)} m${i};`;
      case 2:
        return `struct { ${reference(random, structs, 'p')}; int q; } m${i};`;
      case 3:
        return `union { ${reference(random, structs, `u${i}`)}; long w${i}; };`;
      case 4:
        return `t${random(structs)} m${i};`;
      case 5:
        return `struct s${self} *m${i};`;
      default:
        return `${reference(random, structs, `m${i}`)};`;
    }
  }).join(' ');
}

/** A declaration of `name` that has no need of a struct in full. */
function reference(random: Random, structs: number, name: string): string {
  const struct = `struct s${random(structs)}`;
  switch (random(7)) {
    case 0:
      return `int ${name}`;
    case 1:
      return `const ${struct} *${name}`;
    case 2:
      return `${struct} *${name}[${1 + random(3)}]`;
    case 3:
      return `int (*${name})(${struct} *, struct s${random(structs)} *)`;
    case 4:
      return `${struct} **${name}`;
    default:
      return `${struct} *${name}`;
  }
}

/** Marsaglia's xorshift; the seed must not be 0. */
function randomNumbers(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return (below) => {
    state = (state ^ (state << 13)) >>> 0;
    state = (state ^ (state >>> 17)) >>> 0;
    state = (state ^ (state << 5)) >>> 0;
    return state % below;
  };
}
