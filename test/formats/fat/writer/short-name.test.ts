import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldName } from '../../../../src/formats/fat/names.js';
import { decodeOem } from '../../../../src/formats/fat/oem.js';
import { storeNames } from '../../../../src/formats/fat/writer/short-name.js';

function stored(names: readonly string[]): string[] {
  return storeNames(names).map(({ shortName, lowerCase, isLong }) => {
    const [base, extension] = [shortName.slice(0, 8), shortName.slice(8)].map((part) =>
      decodeOem(part).trimEnd(),
    );
    const flags = ['', ' base', ' extension', ' base extension'][lowerCase >> 3]!;
    return `${base}.${extension}${isLong ? ' long' : ''}${flags}`;
  });
}

describe('storeNames', () => {
  it.each([
    ['README.TXT', 'README.TXT'],
    ['readme.txt', 'README.TXT base extension'],
    ['readme.TXT', 'README.TXT base'],
    ['README.txt', 'README.TXT extension'],
    ['Readme.txt', 'README.TXT long'],
    ['readme.tXt', 'README.TXT long'],
    ['noext', 'NOEXT. base'],
    ['12345678.123', '12345678.123'],
    ["$%'-_@~`.(){", "$%'-_@~`.(){"],
    ['123456789', '123456~1. long'],
    ['a.html', 'A~1.HTM long'],
    ['a b', 'AB~1. long'],
    [' a', 'A~1. long'],
    ['.profile', 'PROFIL~1. long'],
    ['..a.b', 'A~1.B long'],
    ['a.b.c', 'AB~1.C long'],
    ['archive.tar.gz', 'ARCHIV~1.GZ long'],
    ['a+b', 'A_B~1. long'],
    ['x.[y]', 'X~1._Y_ long'],
    ['日本.txt', '__~1.TXT long'],
    ['😀', '_~1. long'],
    ['äéñ.ÖÜÇ', 'ÄÉÑ.ÖÜÇ long'],
    ['ÄÉÑ.ÖÜÇ', 'ÄÉÑ.ÖÜÇ long'],
    // Code pages differ in where they have these, or have them not.
    ['à.ß', '_~1._ long'],
    ['ı', '_~1. long'],
  ])('stores %j as %s', (name, expected) => {
    expect(stored([name])).toEqual([expected]);
  });

  it('numbers short names, but never takes a name that is 8.3 itself', () => {
    expect(stored(['LONGNA~1', 'LongNa~3', 'long name 1', 'long name 2', 'long name 3'])).toEqual([
      'LONGNA~1.',
      'LONGNA~3. long',
      'LONGNA~2. long',
      'LONGNA~4. long',
      'LONGNA~5. long',
    ]);
  });

  it('shortens names for numbers of more digits', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `long name ${i}.txt`);
    const aliases = stored(names);
    expect(aliases[8]).toBe('LONGNA~9.TXT long');
    expect(aliases[9]).toBe('LONGN~10.TXT long');
    expect(aliases[999]).toBe('LON~1000.TXT long');
  });

  it('numbers 60,000 names that begin alike', () => {
    const names = Array.from({ length: 60_000 }, (_, i) => `long name ${i}`);
    const aliases = new Set(stored(names));
    expect(aliases.size).toBe(names.length);
    expect(aliases).toContain('LO~60000. long');
  });

  const character = fc.constantFrom(...'abcABC12~_.. +é日'.split(''));
  const name = fc
    .array(character, { minLength: 1, maxLength: 14 })
    .map((characters) => characters.join(''))
    .filter((text) => !/[. ]$/.test(text));

  it('returns valid and distinct short names for any names', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { selector: foldName, maxLength: 40 }), (names) => {
        const results = storeNames(names);
        const shortNames = results.map(({ shortName }) => decodeOem(shortName));
        expect(new Set(shortNames).size).toBe(names.length);
        for (const [i, shortName] of shortNames.entries()) {
          expect(shortName).toMatch(
            /^(?! )[A-Z0-9~_É]* *$|^(?=.{11}$)[A-Z0-9~_É]+ *[A-Z0-9~_É]+ *$/,
          );
          const text = `${shortName.slice(0, 8).trimEnd()}.${shortName.slice(8).trimEnd()}`;
          const owner = names.findIndex((each) => foldName(each) === text.replace(/\.$/, ''));
          expect(owner === -1 || owner === i, `${names[i]!} is ${text}`).toBe(true);
        }
      }),
    );
  });
});
