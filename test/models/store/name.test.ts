import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkedName, fileNameFor } from '../../../src/models/store/name.js';
import { zosiaError } from '../../support/errors.js';

describe('the file of a name', () => {
  it('is another for another name, also where capitals count for small letters', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(name, name, (one, other) => {
        const files = [one, other].map((each) => fileNameFor(each).toLowerCase());
        // Halves of surrogate pairs all become the same replacement.
        const isSame = Buffer.from(one).equals(Buffer.from(other));
        expect(files[0] === files[1]).toBe(isSame);
        for (const file of files) expect(file).toMatch(/^[a-z0-9%_-][a-z0-9%._~-]{0,199}$/);
      }),
    );
    expect(fileNameFor('A')).not.toBe(fileNameFor('a'));
    expect(fileNameFor('x'.repeat(201))).not.toBe(fileNameFor('x'.repeat(202)));
  });
});

describe('a name', () => {
  it.each([
    '',
    ' ',
    ' x',
    './x',
    '../x',
    '..',
    '/x',
    '~/x',
    'a\\b',
    'a/../b',
    '-x',
    'hf:owner/repo',
    'ollama:x',
    'https://host/x',
    'file:///etc/passwd',
    'a\nb',
    'a\u200bb',
    'é'.repeat(300),
  ])('is refused: %j', (name) => {
    expect(() => checkedName(name)).toThrow(zosiaError('ZOSIA_MODEL_BAD_NAME'));
  });

  it.each(['phi-3.5-mini', 'team/model', 'qwen:0.5b', 'модель', '模型', '...x'])(
    'is taken: %s',
    (name) => {
      expect(checkedName(name)).toBe(name);
    },
  );

  it('is the same composed and decomposed', () => {
    expect(checkedName('e\u0301')).toBe('\u00e9');
  });
});
