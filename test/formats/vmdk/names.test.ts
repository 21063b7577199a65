import { describe, expect, it } from 'vitest';
import { MAX_NAME_BYTES } from '../../../src/formats/vmdk/layout.js';
import { checkExtentName, isExtentName } from '../../../src/formats/vmdk/names.js';
import { zosiaError } from '../../support/errors.js';

/** Every control character of Unicode: C0, DEL and C1. */
const CONTROLS = Array.from({ length: 0xa0 }, (_, code) => code).filter(
  (code) => code < 0x20 || code >= 0x7f,
);

describe('isExtentName and checkExtentName', () => {
  it.each(['model.gguf', 'a b', "it's", 'żółw/模型.gguf', '/srv/a:b', './a:b', '\u00a0', '..'])(
    'accept %j',
    (name) => {
      expect(isExtentName(name)).toBe(true);
      expect(() => {
        checkExtentName(name);
      }).not.toThrow();
    },
  );

  it.each([
    ['', /empty/],
    ['a "b"', /quote/],
    ['nbd:unix', /protocol/],
    ['x/parentFileNameHint', /keyword/],
    ['x'.repeat(MAX_NAME_BYTES + 1), /longer/],
  ])('reject %j', (name, reason) => {
    expect(isExtentName(name)).toBe(false);
    expect(() => {
      checkExtentName(name);
    }).toThrow(reason);
  });

  it('reject every control character', () => {
    expect(CONTROLS).toHaveLength(65);
    for (const code of CONTROLS) {
      const name = `model${String.fromCodePoint(code)}.gguf`;
      expect(isExtentName(name), `U+${code.toString(16)}`).toBe(false);
      expect(() => {
        checkExtentName(name);
      }).toThrow(zosiaError('ZOSIA_VMDK_NAME'));
    }
  });
});
