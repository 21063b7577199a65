import { describe, expect, it } from 'vitest';
import {
  bitString,
  integer,
  objectIdentifier,
  sequence,
  time,
  utf8String,
} from '../../../src/workers/keys/der.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('the distinguished encoding', () => {
  it.each([
    { bytes: [0], encoded: '020100' },
    { bytes: [0x7f], encoded: '02017f' },
    // Two's complement: without the zero it would be -128.
    { bytes: [0x80], encoded: '02020080' },
    { bytes: [0, 0, 1, 0], encoded: '02020100' },
    { bytes: [0, 0], encoded: '020100' },
  ])('writes the integer $bytes as $encoded', ({ bytes, encoded }) => {
    expect(hex(integer(Uint8Array.from(bytes)))).toBe(encoded);
  });

  it.each([
    // ITU-T X.690, 8.19.5
    { oid: '2.999.3', encoded: '0603883703' },
    // RSA Data Security, Inc.
    { oid: '1.2.840.113549', encoded: '06062a864886f70d' },
    // RFC 8410
    { oid: '1.3.101.112', encoded: '06032b6570' },
  ])('writes the object identifier $oid as $encoded', ({ oid, encoded }) => {
    expect(hex(objectIdentifier(oid))).toBe(encoded);
  });

  it.each([
    { bytes: 127, header: '0c7f' },
    { bytes: 128, header: '0c8180' },
    { bytes: 255, header: '0c81ff' },
    { bytes: 256, header: '0c820100' },
    { bytes: 70_000, header: '0c83011170' },
  ])('writes a length of $bytes in as few bytes as will do', ({ bytes, header }) => {
    expect(hex(utf8String('x'.repeat(bytes))).slice(0, header.length)).toBe(header);
  });

  it.each([
    { date: '1970-01-01T00:00:00Z', encoded: `170d${hex(Buffer.from('700101000000Z'))}` },
    { date: '2049-12-31T23:59:59.9Z', encoded: `170d${hex(Buffer.from('491231235959Z'))}` },
    { date: '2050-01-01T00:00:00Z', encoded: `180f${hex(Buffer.from('20500101000000Z'))}` },
    { date: '1949-12-31T00:00:00Z', encoded: `180f${hex(Buffer.from('19491231000000Z'))}` },
  ])('writes the time $date in the form of its year', ({ date, encoded }) => {
    expect(hex(time(new Date(date)))).toBe(encoded);
  });

  it('puts elements one after another', () => {
    const inner = [integer(Uint8Array.of(5)), bitString(Uint8Array.of(0xa5))];
    expect(hex(sequence(...inner))).toBe('3007' + '020105' + '030200a5');
  });
});
