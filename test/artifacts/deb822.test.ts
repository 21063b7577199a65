import { describe, expect, it } from 'vitest';
import { parseRelations, parseStanzas } from '../../src/artifacts/deb822.js';

describe('parseStanzas', () => {
  it('reads paragraphs with field names in any case', () => {
    const stanzas = parseStanzas('Package: a\nVersion: 1:2\n\n\nPACKAGE: b\r\nURL: x: y \n');
    expect(stanzas.map((stanza) => Object.fromEntries(stanza))).toEqual([
      { package: 'a', version: '1:2' },
      { package: 'b', url: 'x: y' },
    ]);
  });

  it('appends continuation lines to their field', () => {
    const [stanza] = parseStanzas('SHA256:\n aa 1 x\n bb 2 y\nDate: today\n');
    expect(stanza?.get('sha256')).toBe('\naa 1 x\nbb 2 y');
    expect(stanza?.get('date')).toBe('today');
  });

  it('ignores signatures and stray lines', () => {
    const text =
      '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n stray\nOrigin: Debian\n-----BEGIN PGP SIGNATURE-----\n\nabc=\n';
    expect(parseStanzas(text).map((stanza) => Object.fromEntries(stanza))).toEqual([
      { hash: 'SHA256' },
      { origin: 'Debian' },
    ]);
  });
});

describe('parseRelations', () => {
  it('returns the alternatives of each relation by name', () => {
    expect(
      parseRelations(
        'libllama0 (= 1:0.7.0+dfsg-2), wget | curl, libstdc++6:any (>= 14), x [arm64] <!nocheck>',
      ),
    ).toEqual([['libllama0'], ['wget', 'curl'], ['libstdc++6'], ['x']]);
  });

  it('returns nothing for an empty field', () => {
    expect(parseRelations('')).toEqual([]);
    expect(parseRelations(' , | ,')).toEqual([]);
  });
});
