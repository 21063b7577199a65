import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  pieceCount,
  shortNameChecksum,
  writeLongName,
} from '../../../src/formats/fat/long-name.js';
import { encodeLabel } from '../../../src/formats/fat/writer/label.js';
import { encodeOemUpper, decodeOem } from '../../../src/formats/fat/oem.js';
import { parseEntries } from '../../../src/formats/fat/reader/entries.js';
import { readEntry, writeEntry } from '../../../src/formats/fat/table.js';
import { FAT_TYPES, FAT_TYPE_FACTS } from '../../../src/formats/fat/layout/table.js';
import { fromFatTime, toFatTime } from '../../../src/formats/fat/time.js';
import { zosiaError } from '../../support/errors.js';

const SHORT = Buffer.from('FILENA~1TXT');

/** A directory of one entry. */
function directory(name: string, shortName: Uint8Array = SHORT): Uint8Array {
  const pieces = pieceCount(name);
  const bytes = new Uint8Array((pieces + 2) * 32);
  writeLongName(bytes, 0, name, shortName);
  bytes.set(shortName, pieces * 32);
  return bytes;
}

describe('a long name', () => {
  it('is stored in its entries as the specification shows it', () => {
    // "FAT32 File System Specification", "Long Directory Entries": "The quick brown.fox".
    const bytes = directory('The quick brown.fox', Buffer.from('THEQUI~1FOX'));
    const units = (text: string): string => Buffer.from(text, 'utf16le').toString('hex');
    const last = ['42', units('wn.fo'), '0f0007', units('x\0\uffff\uffff\uffff\uffff'), '0000'];
    const first = ['01', units('The q'), '0f0007', units('uick b'), '0000', units('ro')];
    expect(Buffer.from(bytes.subarray(0, 64)).toString('hex')).toBe(
      [...last, units('\uffff\uffff'), ...first].join(''),
    );
  });

  it('reads back as it was written, at every length', () => {
    const unit = fc.constantFrom(...'aé日.'.split(''), '\ud83d\ude00');
    const text = fc.oneof(
      fc.integer({ min: 1, max: 255 }).map((length) => 'x'.repeat(length)),
      fc.array(unit, { minLength: 1, maxLength: 127 }).map((units) => units.join('')),
    );
    fc.assert(
      fc.property(text, (name) => {
        const { entries, problems } = parseEntries(directory(name), 'FAT16');
        expect(problems).toEqual([]);
        expect(entries.map(({ longName }) => longName)).toEqual([name]);
      }),
    );
  });

  const twoPieces = directory('a name of two pieces');
  const changed = (change: (bytes: Uint8Array) => void): Uint8Array => {
    const bytes = twoPieces.slice();
    change(bytes);
    return bytes;
  };
  it.each<[string, string, Uint8Array, boolean]>([
    ['long-name-checksum', 'a wrong checksum', changed((b) => ((b[13] = 1), (b[45] = 1))), false],
    ['long-name-order', 'pieces that do not belong together', changed((b) => (b[45] = 1)), false],
    ['long-name-order', 'a missing piece', changed((b) => (b[32] = 2)), false],
    ['long-name-order', 'no piece marked as last', changed((b) => (b[0] = 2)), false],
    ['long-name-order', 'too many pieces', changed((b) => (b[0] = 0x40 | 21)), false],
    [
      'long-name-order',
      'the first piece missing',
      changed((b) => {
        b.set(b.slice(64), 32);
      }),
      false,
    ],
    ['long-name-orphan', 'a deleted entry', changed((b) => (b[64] = 0xe5)), false],
    ['long-name-orphan', 'the end of the directory', changed((b) => (b[64] = 0)), false],
    ['long-name-padding', 'bytes after its end', changed((b) => (b[29] = 0x41)), true],
  ])('is reported as %s: %s', (code, _what, bytes, isRead) => {
    const { entries, problems } = parseEntries(bytes, 'FAT16');
    expect(problems.map((each) => each.code)).toContain(code);
    const names = entries.map(({ longName }) => longName);
    expect(names.includes('a name of two pieces')).toBe(isRead);
  });
});

describe('shortNameChecksum', () => {
  it('rotates to the right and adds', () => {
    expect(shortNameChecksum(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))).toBe(0x40);
  });
});

describe('toFatTime and fromFatTime', () => {
  it.each([
    [0, '1980-01-01T00:00:00Z'],
    [315_532_799, '1980-01-01T00:00:00Z'],
    [315_532_801, '1980-01-01T00:00:01Z'],
    [1_709_164_801, '2024-02-29T00:00:01Z'],
    [2 ** 32, '2106-02-07T06:28:16Z'],
    [4_354_819_199, '2107-12-31T23:59:59Z'],
    [4_354_819_200, '2107-12-31T23:59:59Z'],
    [-1, '1980-01-01T00:00:00Z'],
  ])('convert %d seconds to %s', (seconds, expected) => {
    expect(fromFatTime(toFatTime({ seconds }))).toEqual({
      seconds: Date.parse(expected) / 1000,
      nanoseconds: 0,
    });
  });

  it('encode a time as the specification shows it', () => {
    expect(toFatTime({ seconds: Date.UTC(2024, 1, 29, 13, 37, 59) / 1000 })).toEqual({
      date: (44 << 9) | (2 << 5) | 29,
      time: (13 << 11) | (37 << 5) | 29,
      hundredths: 100,
    });
  });

  it.each([
    [0, 0],
    [(1 << 9) | (2 << 5) | 30, 0],
    [(1 << 9) | (13 << 5) | 1, 0],
    [(1 << 9) | (1 << 5), 0],
    [(1 << 9) | (1 << 5) | 1, 24 << 11],
    [(1 << 9) | (1 << 5) | 1, 60 << 5],
    [(1 << 9) | (1 << 5) | 1, 30],
  ])('return undefined for the invalid date %d and time %d', (date, time) => {
    expect(fromFatTime({ date, time, hundredths: 0 })).toBeUndefined();
  });
});

describe('an entry of the FAT', () => {
  it.each(FAT_TYPES)('of %s reads back as it was written', (type) => {
    const { entryMask, entryBits } = FAT_TYPE_FACTS[type];
    const value = fc.integer({ min: 0, max: entryMask });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), (values) => {
        const bytes = new Uint8Array(Math.ceil((values.length * entryBits) / 8));
        values.forEach((each, i) => {
          writeEntry(type, bytes, i, each);
        });
        expect(values.map((_, i) => readEntry(type, bytes, i))).toEqual(values);
      }),
    );
  });

  it('of 12 bits shares a byte with its neighbour', () => {
    const bytes = new Uint8Array(3);
    writeEntry('FAT12', bytes, 0, 0x123);
    writeEntry('FAT12', bytes, 1, 0xabc);
    expect(Buffer.from(bytes).toString('hex')).toBe('23c1ab');
  });
});

describe('the OEM charset', () => {
  it('decodes every byte to a different character', () => {
    const text = decodeOem(Uint8Array.from({ length: 256 }, (_, i) => i));
    expect(text).toHaveLength(256);
    expect(new Set(text).size).toBe(256);
    expect([text[0x80], text[0xe1], text[0xff]]).toEqual(['Ç', 'ß', '\u00a0']);
  });

  it('encodes letters in upper case', () => {
    for (const [letter, byte] of [
      ['é', 0x90],
      ['É', 0x90],
      ['ñ', 0xa5],
      ['z', 0x5a],
    ] as const) {
      expect(encodeOemUpper(letter)).toBe(byte);
    }
    expect(encodeOemUpper('à')).toBeUndefined();
  });
});

describe('encodeLabel', () => {
  it.each([
    ['zosia 1', 'ZOSIA 1    '],
    ['ELEVENCHARS', 'ELEVENCHARS'],
    ['', 'NO NAME    '],
  ])('stores %j as %j', (label, expected) => {
    expect(Buffer.from(encodeLabel(label)).toString()).toBe(expected);
  });

  it.each(['TWELVE CHARS', 'a.b', 'a/b', 'é', ' a', 'a ', 'a\nb', 'ß'])(
    'rejects the label %j',
    (label) => {
      expect(() => encodeLabel(label)).toThrow(zosiaError('ZOSIA_FAT_BAD_LABEL'));
    },
  );
});
