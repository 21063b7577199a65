/** A stream of numbers that a seed decides, the same on any host. */
export interface Random {
  /** A whole number from 0 up to, and without, `bound`. */
  below(bound: number): number;
  /** A number from 0 up to, and without, 1. */
  unit(): number;
  /** Whether something of this probability happens. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** A normally distributed number, mean 0 and variance 1. */
  normal(): number;
}

/**
 * xoshiro128** (Blackman and Vigna), its state filled from the seed and the name of the stream, so that
 * streams of one seed have nothing to do with each other.
 */
export function randomStream(seed: number, name = ''): Random {
  const next = xoshiro(
    Array.from(name).reduce((hash, c) => mix(hash ^ c.codePointAt(0)!), mix(seed)),
  );
  const unit = (): number => next() / 2 ** 32;
  const below = (bound: number): number => Math.floor(unit() * bound);
  return {
    below,
    unit,
    chance: (probability) => unit() < probability,
    pick: (list) => {
      if (list.length === 0) throw new RangeError('nothing to pick from');
      return list[below(list.length)]!;
    },
    // Box and Muller; 1 - unit() is never 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
  };
}

/** The finaliser of MurmurHash3: every bit of the argument changes half of the result's. */
function mix(value: number): number {
  let h = (value + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function xoshiro(start: number): () => number {
  let seed = start;
  const word = (): number => (seed = mix(seed));
  let [a, b, c, d] = [word(), word(), word(), word()] as [number, number, number, number];
  const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
}
