/** A packet to run a program over, with what the program finds in its `__sk_buff`. */
export interface Packet {
  readonly data: Uint8Array;
  readonly mark?: number;
  readonly priority?: number;
}

/** Uniform 32-bit numbers from a seed: mulberry32, so that every run sees the same packets. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return (word ^ (word >>> 14)) >>> 0;
  };
}

/** `count` packets of 64 to 256 random bytes. */
export function randomPackets(seed: number, count: number): Packet[] {
  const next = randomNumbers(seed);
  return Array.from({ length: count }, () => ({
    data: Uint8Array.from({ length: 64 + (next() % 193) }, () => next() & 0xff),
  }));
}

/** A packet of 64 zero bytes, apart from those given as `{ offset: value }`. */
export function plainPacket(bytes: Readonly<Record<number, number>> = {}): Packet {
  const data = new Uint8Array(64);
  for (const [offset, value] of Object.entries(bytes)) data[Number(offset)] = value;
  return { data };
}

/** The lines that bpf-run reads. */
export function packetLines(packets: readonly Packet[]): string {
  return packets
    .map(({ data, mark, priority }) => {
      const words = [Buffer.from(data).toString('hex')];
      if (mark !== undefined) words.push(`mark=${mark}`);
      if (priority !== undefined) words.push(`priority=${priority}`);
      return `${words.join(' ')}\n`;
    })
    .join('');
}
