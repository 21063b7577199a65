/** Bytes from one offset up to another, which is not included. */
export type Range = readonly [from: number, to: number];

/** Which bytes of a file are there: ranges in order that neither overlap nor touch. */
export class Ranges {
  #ranges: Range[];

  /** @param ranges in order, not overlapping */
  constructor(ranges: readonly Range[] = []) {
    this.#ranges = [...ranges];
  }

  get all(): readonly Range[] {
    return this.#ranges;
  }

  get totalBytes(): number {
    return this.#ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  add(from: number, to: number): void {
    if (to <= from) return;
    const before = this.#ranges.filter(([, end]) => end < from);
    const after = this.#ranges.filter(([start]) => start > to);
    const touched = this.#ranges.slice(before.length, this.#ranges.length - after.length);
    const joined: Range = [
      Math.min(from, touched[0]?.[0] ?? from),
      Math.max(to, touched.at(-1)?.[1] ?? to),
    ];
    this.#ranges = [...before, joined, ...after];
  }

  /** Where the bytes end that lie without a gap from an offset on; the offset itself where there are none. */
  endFrom(offset: number): number {
    return this.#ranges.find(([from, to]) => from <= offset && offset < to)?.[1] ?? offset;
  }

  /** What lacks of a file. */
  missing(sizeBytes: number): Range[] {
    const gaps: Range[] = [];
    let at = 0;
    for (const [from, to] of this.#ranges) {
      if (from > at) gaps.push([at, from]);
      at = to;
    }
    if (at < sizeBytes) gaps.push([at, sizeBytes]);
    return gaps;
  }
}

/** Cuts ranges at the multiples of a length. */
export function cut(ranges: readonly Range[], length: number): Range[] {
  return ranges.flatMap(([from, to]) => {
    const pieces: Range[] = [];
    for (let at = from; at < to;) {
      const end = Math.min(to, (Math.floor(at / length) + 1) * length);
      pieces.push([at, end]);
      at = end;
    }
    return pieces;
  });
}
