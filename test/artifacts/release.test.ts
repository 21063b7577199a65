import { describe, expect, it } from 'vitest';
import { parseRelease } from '../../src/artifacts/release.js';

const DIGEST = 'a'.repeat(64);

describe('parseRelease', () => {
  it('returns what a Release file says, within its signature as well', () => {
    const text = [
      'Origin: Debian',
      'Label: Debian-Security',
      'Codename: forky',
      'Date: Sun, 31 Mar 2024 20:08:01 UTC',
      'Valid-Until: Sun, 07 Apr 2024 20:08:01 UTC',
      'Acquire-By-Hash: yes',
      'MD5Sum:',
      ' 0ed6d4c8891eb86358b94bb35d9e4da4  1484322 main/binary-arm64/Packages.xz',
      'SHA256:',
      ` ${DIGEST}  123 main/binary-arm64/Packages.xz`,
      ' short 5 main/binary-arm64/Packages',
    ].join('\n');
    expect(parseRelease(`-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${text}`)).toEqual({
      origin: 'Debian',
      label: 'Debian-Security',
      codename: 'forky',
      date: 'Sun, 31 Mar 2024 20:08:01 UTC',
      validUntil: 'Sun, 07 Apr 2024 20:08:01 UTC',
      hasFilesByHash: true,
      files: new Map([['main/binary-arm64/Packages.xz', { sizeBytes: 123, sha256: DIGEST }]]),
    });
  });

  it('leaves empty what is not there', () => {
    expect(parseRelease('')).toEqual({
      ...{ origin: '', label: '', codename: '', date: '', validUntil: '' },
      hasFilesByHash: false,
      files: new Map(),
    });
  });
});
