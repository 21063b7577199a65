import { describe, expect, it } from 'vitest';
import { originName, parseOrigin } from '../../src/artifacts/origin.js';
import { zosiaError } from '../support/errors.js';

describe('parseOrigin', () => {
  it.each([
    ['output', 'output'],
    ['/a/b.tar', '/a/b.tar'],
    ['a:b', 'a:b'],
    ['file:///a%20b/c.tar', '/a b/c.tar'],
  ])('takes %s for a path', (from, path) => {
    expect(parseOrigin(from)).toEqual({ path });
  });

  it.each(['http://host/x', 'HTTPS://host:8080/x?y#z'])('takes %s for a URL', (from) => {
    expect(parseOrigin(from)).toEqual({ url: new URL(from) });
  });

  it.each(['ftp://host/x', 'http://', 'https://host/%ff', 'http://%ff:x@host/'])(
    'refuses %s',
    (from) => {
      expect(() => parseOrigin(from)).toThrow(zosiaError('ZOSIA_BAD_OPTION'));
    },
  );

  it.each([
    ['file://host/x', 'another host'],
    ['file:///a%2Fb', 'a slash'],
    ['file:///a%2fb', 'a slash'],
    ['file:///a%00b', 'a NUL'],
  ])('refuses %s, of which there is no path', (from, why) => {
    expect(() => parseOrigin(from)).toThrow(zosiaError('ZOSIA_BAD_OPTION'));
    expect(() => parseOrigin(from)).toThrow(why);
  });

  it('takes localhost for this host', () => {
    expect(parseOrigin('file://localhost/x')).toEqual({ path: '/x' });
  });
});

describe('originName', () => {
  it('leaves out what may be secret in a URL', () => {
    expect(originName('https://me:secret@host:8080/a/b.tar?token=hidden#c')).toBe(
      'https://host:8080/a/b.tar',
    );
  });

  it('is a path as it was given', () => {
    expect(originName('./output')).toBe('./output');
  });
});
