/**
 * The few types of ASN.1 that a certificate is made of, in their distinguished encoding (ITU-T X.690): a tag, the
 * length in as few bytes as will do, the contents.
 */

const TAG = {
  integer: 0x02,
  bitString: 0x03,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** Constructed, specific to the context. */
  context: 0xa0,
} as const;

/** Lengths below it are a single byte. */
const LONG_LENGTH = 0x80;

function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Uint8Array.of(tag), length(body.length), body]);
}

function length(bytes: number): Uint8Array {
  if (bytes < LONG_LENGTH) return Uint8Array.of(bytes);
  const digits = bigEndian(bytes, 256);
  return Uint8Array.of(LONG_LENGTH | digits.length, ...digits);
}

/** The digits of a whole number, the highest first. */
function bigEndian(value: number, base: number): number[] {
  const digits = [value % base];
  for (let rest = Math.floor(value / base); rest > 0; rest = Math.floor(rest / base)) {
    digits.unshift(rest % base);
  }
  return digits;
}

export const sequence = (...elements: readonly Uint8Array[]): Buffer =>
  element(TAG.sequence, ...elements);

/** A set of one: more would have to be sorted. */
export const setOf = (only: Uint8Array): Buffer => element(TAG.set, only);

export const explicit = (number: number, inner: Uint8Array): Buffer =>
  element(TAG.context | number, inner);

/** A whole number that is not negative, from its bytes, the highest first. */
export function integer(magnitude: Uint8Array): Buffer {
  const start = magnitude.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Uint8Array.of(0) : magnitude.subarray(start);
  // A highest bit that is set would make it negative.
  return element(TAG.integer, ...(digits[0]! >= 0x80 ? [Uint8Array.of(0), digits] : [digits]));
}

/** A string of whole bytes. */
export const bitString = (bytes: Uint8Array): Buffer =>
  element(TAG.bitString, Uint8Array.of(0), bytes);

export const utf8String = (text: string): Buffer => element(TAG.utf8String, Buffer.from(text));

/** Such as `1.3.101.112`. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  const arcs = [first * 40 + second, ...others];
  // Seven bits a byte; all but the last byte of an arc have the highest bit set.
  const bytes = arcs.flatMap((arc) =>
    bigEndian(arc, 128).map((digit, index, { length: count }) =>
      index < count - 1 ? digit | 0x80 : digit,
    ),
  );
  return element(TAG.objectIdentifier, Uint8Array.from(bytes));
}

/** A time to the second, in the form that certificates have it in (RFC 5280, 4.1.2.5): by its year. */
export function time(date: Date): Buffer {
  const digits = date
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? element(TAG.utcTime, Buffer.from(digits.slice(2)))
    : element(TAG.generalizedTime, Buffer.from(digits));
}
