import { Buffer } from 'node:buffer';

/** A type of tensors, read as its publication describes it: ggml's dequantize_row of each. */
export interface ReferenceType {
  readonly elements: number;
  readonly bytes: number;
  /** Where a block has halves that are scales: random ones have to be numbers. */
  readonly halves: readonly number[];
  /** The elements, before they are rounded to floats. */
  readonly read: (block: DataView) => number[];
}

/** The number that the bits of an IEEE 754 binary16 stand for, by its definition. */
export function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const half = (block: DataView, at: number): number => halfOf(block.getUint16(at, true));
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** 16 bytes with 32 codes: element j in the lower half of byte j, element j + 16 in its upper half. */
const pairsOf = (block: DataView, at: number): number[] => [
  ...range(16).map((j) => block.getUint8(at + j) & 15),
  ...range(16).map((j) => block.getUint8(at + j) >> 4),
];

/** As pairsOf, with bit j of 32 as the fifth of element j. */
const fivesOf = (block: DataView, bitsAt: number, at: number): number[] => {
  const bits = block.getUint32(bitsAt, true);
  return pairsOf(block, at).map((code, j) => code + ((bits >>> j) & 1) * 16);
};

const NL = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];
const FP4 = [0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3, -4, -6];

/** ggml's get_scale_min_k4. */
function scaleAndMinimum(block: DataView, at: number, j: number): readonly [number, number] {
  const q = (index: number): number => block.getUint8(at + index);
  if (j < 4) return [q(j) & 63, q(j + 4) & 63];
  return [(q(j + 4) & 15) | ((q(j - 4) >> 6) << 4), (q(j + 4) >> 4) | ((q(j) >> 6) << 4)];
}

/** Q2_K: for each 128 elements four turns over the same 32 bytes, two bits higher each time. */
function readQ2(block: DataView): number[] {
  const d = half(block, 80);
  const m = half(block, 82);
  const out: number[] = [];
  let is = 0;
  for (const q of [16, 48]) {
    for (const shift of [0, 2, 4, 6]) {
      for (const part of [0, 16]) {
        const scale = block.getUint8(is++);
        for (const l of range(16)) {
          const code = (block.getUint8(q + part + l) >> shift) & 3;
          out.push(d * (scale & 15) * code - m * (scale >> 4));
        }
      }
    }
  }
  return out;
}

/** Q3_K's scale j: four bits among the first eight bytes, two above them among the last four. */
function scaleOfQ3(block: DataView, j: number): number {
  const low = block.getUint8(96 + (j % 8));
  const high = (block.getUint8(104 + (j % 4)) >> (2 * Math.floor(j / 4))) & 3;
  return ((j < 8 ? low & 15 : low >> 4) | (high << 4)) - 32;
}

function readQ3(block: DataView): number[] {
  const d = half(block, 108);
  const out: number[] = [];
  let is = 0;
  let mask = 1;
  for (const q of [32, 64]) {
    for (const shift of [0, 2, 4, 6]) {
      for (const part of [0, 16]) {
        const scale = scaleOfQ3(block, is++);
        for (const l of range(16)) {
          const code = (block.getUint8(q + part + l) >> shift) & 3;
          out.push(d * scale * (code - (block.getUint8(part + l) & mask ? 0 : 4)));
        }
      }
      mask <<= 1;
    }
  }
  return out;
}

/** Q4_K and, with fifth bits, Q5_K: 32 bytes have 32 elements in their lower halves, then 32 in the upper ones. */
const readQ45 =
  (codes: number, fifths?: number) =>
  (block: DataView): number[] => {
    const d = half(block, 0);
    const m = half(block, 2);
    const out: number[] = [];
    for (const j of range(8)) {
      const [scale, minimum] = scaleAndMinimum(block, 4, j);
      for (const l of range(32)) {
        const byte = block.getUint8(codes + (j >> 1) * 32 + l);
        const fifth = fifths === undefined ? 0 : (block.getUint8(fifths + l) >> j) & 1;
        out.push(d * scale * ((j & 1 ? byte >> 4 : byte & 15) + 16 * fifth) - m * minimum);
      }
    }
    return out;
  };

function readQ6(block: DataView): number[] {
  const d = half(block, 208);
  const out = new Array<number>(256);
  for (const n of [0, 1]) {
    for (const l of range(32)) {
      const [ql, qh] = [n * 64 + l, block.getUint8(128 + n * 32 + l)];
      const [first, second] = [block.getUint8(ql), block.getUint8(ql + 32)];
      const codes = [
        (first & 15) | ((qh & 3) << 4),
        (second & 15) | (((qh >> 2) & 3) << 4),
        (first >> 4) | (((qh >> 4) & 3) << 4),
        (second >> 4) | (((qh >> 6) & 3) << 4),
      ];
      for (const [k, code] of codes.entries()) {
        const scale = block.getInt8(192 + n * 8 + (l >> 4) + 2 * k);
        out[n * 128 + k * 32 + l] = d * scale * (code - 32);
      }
    }
  }
  return out;
}

const type = (
  elements: number,
  bytes: number,
  halves: readonly number[],
  read: (block: DataView) => number[],
): ReferenceType => ({ elements, bytes, halves, read });

export const REFERENCE_TYPES: Readonly<Record<string, ReferenceType>> = {
  F32: type(1, 4, [], (b) => [b.getFloat32(0, true)]),
  F16: type(1, 2, [], (b) => [half(b, 0)]),
  BF16: type(1, 2, [], (b) => {
    const wide = Buffer.alloc(4);
    wide.writeUInt16LE(b.getUint16(0, true), 2);
    return [wide.readFloatLE(0)];
  }),
  Q8_0: type(32, 34, [0], (b) => range(32).map((j) => half(b, 0) * b.getInt8(2 + j))),
  Q4_0: type(32, 18, [0], (b) => pairsOf(b, 2).map((code) => half(b, 0) * (code - 8))),
  Q4_1: type(32, 20, [0, 2], (b) => pairsOf(b, 4).map((code) => half(b, 0) * code + half(b, 2))),
  Q5_0: type(32, 22, [0], (b) => fivesOf(b, 2, 6).map((code) => half(b, 0) * (code - 16))),
  Q5_1: type(32, 24, [0, 2], (b) => fivesOf(b, 4, 8).map((code) => half(b, 0) * code + half(b, 2))),
  IQ4_NL: type(32, 18, [0], (b) => pairsOf(b, 2).map((code) => half(b, 0) * NL[code]!)),
  MXFP4: type(32, 17, [], (b) =>
    pairsOf(b, 1).map((code) => FP4[code]! * 2 ** (b.getUint8(0) - 127)),
  ),
  Q2_K: type(256, 84, [80, 82], readQ2),
  Q3_K: type(256, 110, [108], readQ3),
  Q4_K: type(256, 144, [0, 2], readQ45(16)),
  Q5_K: type(256, 176, [0, 2], readQ45(48, 16)),
  Q6_K: type(256, 210, [208], readQ6),
};
