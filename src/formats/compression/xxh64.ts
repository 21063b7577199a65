/**
 * XXH64 with seed 0, of which the lower half is the checksum of a Zstandard frame (RFC 8878, 3.1.1).
 * Source: xxHash fast digest algorithm, "XXH64 Algorithm Description". Numbers of 64 bits are pairs of 32,
 * the lower first: BigInt is many times as slow.
 */

const STRIPE_BYTES = 32;
const LANES = 4;
/** The five primes, each as lower and upper half. */
const [P1L, P1H] = [0x85ebca87, 0x9e3779b1];
const [P2L, P2H] = [0x27d4eb4f, 0xc2b2ae3d];
const [P3L, P3H] = [0x9e3779f9, 0x165667b1];
const [P4L, P4H] = [0xc2b2ae63, 0x85ebca77];
const [P5L, P5H] = [0x165667c5, 0x27d4eb2f];

/** One number of 64 bits that is worked on in place. */
class Word {
  constructor(
    public low = 0,
    public high = 0,
  ) {}

  add(low: number, high: number): this {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.low = sum | 0;
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
    return this;
  }

  xor(low: number, high: number): this {
    this.low ^= low;
    this.high ^= high;
    return this;
  }

  multiply(low: number, high: number): this {
    const cross = (Math.imul(this.low, high) + Math.imul(this.high, low)) | 0;
    this.high = (upperHalf(this.low, low) + cross) | 0;
    this.low = Math.imul(this.low, low);
    return this;
  }

  /** @param bits less than 32 */
  rotate(bits: number): this {
    const { low, high } = this;
    this.low = (low << bits) | (high >>> (32 - bits));
    this.high = (high << bits) | (low >>> (32 - bits));
    return this;
  }

  /** Exclusive or with itself, shifted right. */
  mix(bits: number): this {
    const { low, high } = this;
    return bits >= 32
      ? this.xor(high >>> (bits - 32), 0)
      : this.xor((low >>> bits) | (high << (32 - bits)), high >>> bits);
  }

  round(low: number, high: number): this {
    return this.add(...product(low, high, P2L, P2H))
      .rotate(31)
      .multiply(P1L, P1H);
  }
}

/** The upper 32 bits of a product of two unsigned numbers of 32. */
function upperHalf(a: number, b: number): number {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const other = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + (middle >>> 16) + (other >>> 16)) | 0;
}

const scratch = new Word();
const pair: [number, number] = [0, 0];

function product(aLow: number, aHigh: number, bLow: number, bHigh: number): [number, number] {
  scratch.low = aLow;
  scratch.high = aHigh;
  scratch.multiply(bLow, bHigh);
  pair[0] = scratch.low;
  pair[1] = scratch.high;
  return pair;
}

/** XXH64 of bytes that come in pieces. */
export class Xxh64 {
  readonly #lanes = [
    new Word(P1L, P1H).add(P2L, P2H),
    new Word(P2L, P2H),
    new Word(),
    new Word().add(~P1L + 1, ~P1H),
  ];
  readonly #pending = new Uint8Array(STRIPE_BYTES);
  #pendingBytes = 0;
  #totalBytes = 0;

  update(bytes: Uint8Array): void {
    this.#totalBytes += bytes.length;
    let position = 0;
    if (this.#pendingBytes > 0) {
      position = Math.min(STRIPE_BYTES - this.#pendingBytes, bytes.length);
      this.#pending.set(bytes.subarray(0, position), this.#pendingBytes);
      this.#pendingBytes += position;
      if (this.#pendingBytes < STRIPE_BYTES) return;
      this.#stripes(this.#pending);
      this.#pendingBytes = 0;
    }
    const whole = position + Math.floor((bytes.length - position) / STRIPE_BYTES) * STRIPE_BYTES;
    this.#stripes(bytes.subarray(position, whole));
    this.#pending.set(bytes.subarray(whole));
    this.#pendingBytes = bytes.length - whole;
  }

  /** The lower 32 bits. */
  digestLow(): number {
    const hash = this.#totalBytes < STRIPE_BYTES ? new Word(P5L, P5H) : this.#merged();
    hash.add(this.#totalBytes | 0, Math.floor(this.#totalBytes / 2 ** 32));
    const rest = this.#pending.subarray(0, this.#pendingBytes);
    const view = viewOf(rest);
    let at = 0;
    for (; at + 8 <= rest.length; at += 8) {
      const word = new Word().round(view.getInt32(at, true), view.getInt32(at + 4, true));
      hash.xor(word.low, word.high).rotate(27).multiply(P1L, P1H).add(P4L, P4H);
    }
    if (at + 4 <= rest.length) {
      hash.xor(...product(view.getInt32(at, true), 0, P1L, P1H));
      hash.rotate(23).multiply(P2L, P2H).add(P3L, P3H);
      at += 4;
    }
    for (; at < rest.length; at++) {
      hash.xor(...product(rest[at]!, 0, P5L, P5H));
      hash.rotate(11).multiply(P1L, P1H);
    }
    hash.mix(33).multiply(P2L, P2H).mix(29).multiply(P3L, P3H).mix(32);
    return hash.low >>> 0;
  }

  #stripes(bytes: Uint8Array): void {
    const view = viewOf(bytes);
    for (let at = 0; at < bytes.length; at += STRIPE_BYTES) {
      for (let lane = 0; lane < LANES; lane++) {
        const place = at + lane * 8;
        this.#lanes[lane]!.round(view.getInt32(place, true), view.getInt32(place + 4, true));
      }
    }
  }

  #merged(): Word {
    const hash = new Word();
    const rotations = [1, 7, 12, 18];
    const lanes = this.#lanes.map(({ low, high }) => new Word(low, high));
    lanes.forEach(({ low, high }, i) => {
      const { low: l, high: h } = new Word(low, high).rotate(rotations[i]!);
      hash.add(l, h);
    });
    for (const { low, high } of lanes) {
      const word = new Word().round(low, high);
      hash.xor(word.low, word.high).multiply(P1L, P1H).add(P4L, P4H);
    }
    return hash;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
