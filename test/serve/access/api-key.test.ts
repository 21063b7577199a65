import { describe, expect, it } from 'vitest';
import { apiKeyMatcher, checkApiKey, generateApiKey } from '../../../src/serve/access/api-key.js';
import { zosiaError } from '../../support/errors.js';

describe('generateApiKey', () => {
  it('returns 32 bytes in base64url after a prefix, other ones each time', () => {
    const keys = Array.from({ length: 20 }, generateApiKey);
    expect(new Set(keys).size).toBe(20);
    for (const key of keys) {
      expect(key).toMatch(/^zosia-[A-Za-z0-9_-]{43}$/);
      expect(Buffer.from(key.slice('zosia-'.length), 'base64url')).toHaveLength(32);
    }
  });
});

describe('checkApiKey', () => {
  it.each(['a b', 'ключ', 'a\tb', '', 'x'.repeat(513)])(
    'refuses %j, and does not show it',
    (key) => {
      const check = () => {
        checkApiKey(key, 'keys, line 3');
      };
      expect(check).toThrow(zosiaError('ZOSIA_API_KEY_INVALID'));
      expect(check).toThrow(/^keys, line 3: that is no key$/);
    },
  );

  it('takes a key of another program', () => {
    checkApiKey('sk-proj-~!"#$%&/()=?', 'keys');
  });
});

describe('apiKeyMatcher', () => {
  it('is true of each of the keys alone', () => {
    const matches = apiKeyMatcher(['one', 'two']);
    expect(['one', 'two'].map(matches)).toEqual([true, true]);
    expect(['', 'on', 'onee', 'ONE', 'onetwo', 'one\0'].some(matches)).toBe(false);
  });

  it('is true of nothing without keys', () => {
    expect(['', 'undefined'].some(apiKeyMatcher([]))).toBe(false);
  });
});
