import { Buffer } from 'buffer';
import { crc32c } from '../crc32c.js';
import type { ClaimedRange } from './claims.js';
import type { Findings } from '../../findings.js';

/** What a bitmap stands for, for messages. */
export interface BitmapSubject {
  readonly where: string;
  /** `block` or `inode`. */
  readonly what: string;
  /** Number of the one that the first bit stands for. */
  readonly firstNumber: number;
  /** How many there are; the bits behind them are set. */
  readonly count: number;
}

/**
 * Compares the bitmaps of many groups, of which most are the same: full ones. Keeps one bitmap to
 * compare with, and the checksum of the last one.
 */
export class BitmapComparison {
  readonly #expected: Uint8Array;
  #checked = new Uint8Array(0);
  #checksum = 0;

  constructor(
    private readonly findings: Findings,
    private readonly checksumSeed: number,
    sizeBytes: number,
  ) {
    this.#expected = new Uint8Array(sizeBytes);
  }

  checksum(covered: Uint8Array): number {
    if (Buffer.compare(covered, this.#checked) !== 0) {
      this.#checked = covered.slice();
      this.#checksum = crc32c(this.checksumSeed, covered);
    }
    return this.#checksum;
  }

  /** Reports where a bitmap differs from what is used; `used` counts from its first bit. */
  compare(bitmap: Uint8Array, used: readonly ClaimedRange[], subject: BitmapSubject): void {
    const expected = this.#expected;
    expected.fill(0);
    for (const { start, end } of used) setBits(expected, start, end);
    setBits(expected, subject.count, expected.length * 8);
    if (Buffer.compare(bitmap, expected) !== 0) this.#report(bitmap, subject);
  }

  #report(bitmap: Uint8Array, subject: BitmapSubject): void {
    const { where, what, firstNumber, count } = subject;
    const differs = (i: number): boolean => isSet(bitmap, i) !== isSet(this.#expected, i);
    for (let i = 0; i < count; i++) {
      if (!differs(i)) continue;
      const isMarked = isSet(bitmap, i);
      let end = i + 1;
      while (end < count && differs(end) && isSet(bitmap, end) === isMarked) end++;
      const first = firstNumber + i;
      const range =
        end - i === 1 ? `${what} ${first}` : `${what}s ${first} to ${firstNumber + end - 1}`;
      if (isMarked) {
        this.findings.add('bitmap-leaked', where, `it marks ${range}, which nothing uses`);
      } else {
        this.findings.add('bitmap-unmarked', where, `it does not mark ${range}, which is in use`);
      }
      i = end;
    }
    for (let i = count; i < bitmap.length * 8; i++) {
      if (isSet(bitmap, i)) continue;
      this.findings.add('bitmap-padding', where, 'bits behind its end are not set');
      return;
    }
  }
}

function isSet(bits: Uint8Array, i: number): boolean {
  return (bits[i >> 3]! & (1 << (i & 7))) !== 0;
}

function setBits(bitmap: Uint8Array, from: number, to: number): void {
  let bit = from;
  for (; bit < to && (bit & 7) !== 0; bit++) bitmap[bit >> 3]! |= 1 << (bit & 7);
  const wholeEnd = Math.max(bit, to & ~7);
  bitmap.fill(0xff, bit >> 3, wholeEnd >> 3);
  for (bit = wholeEnd; bit < to; bit++) bitmap[bit >> 3]! |= 1 << (bit & 7);
}
