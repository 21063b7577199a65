import { describe, expect, it } from 'vitest';
import { conversionOf, conversionText } from '../../src/models/conversion.js';
import type { StoredModel } from '../../src/models/store/record.js';

/** A record as versions before this field wrote it. */
function record(name: string, fileName: string, more: Partial<StoredModel> = {}): StoredModel {
  const sizeBytes = 1;
  const stamp = { sizeBytes, mtimeNs: 0n };
  return {
    name,
    askedAs: [],
    source: { kind: 'hub', repository: 'karpathy/tinyllamas', revision: '0123abc' },
    files: [{ role: 'model', fileName, sizeBytes, sha256: '1'.repeat(64), stamp }],
    facts: {},
    ...more,
  };
}

describe('what a model was converted from', () => {
  it('is what its record says', () => {
    const convertedFrom = {
      files: [{ role: 'model', fileName: 'stories42M.bin', sha256: '2'.repeat(64) }],
    } as const;
    const model = record('mine', 'mine.gguf', { convertedFrom });
    expect(conversionOf(model)).toBe(convertedFrom);
    expect(conversionText(convertedFrom, model)).toBe('stories42M.bin of karpathy/tinyllamas');
  });

  it('is known of older records by the catalogue', () => {
    const model = record('stories42M', 'stories42M.gguf');
    expect(conversionOf(model)?.files).toEqual([{ role: 'model', fileName: 'stories42M.bin' }]);
    const renamed = record('mine', 'mine.gguf');
    expect(conversionText(conversionOf(renamed)!, renamed)).toBe(
      'a checkpoint of karpathy/tinyllamas',
    );
  });

  it.each<[string, Partial<StoredModel>]>([
    ['with a reference', { reference: 'hf:karpathy/tinyllamas@0123abc/x.gguf' }],
    ['of another repository', { source: { kind: 'hub', repository: 'owner/repo' } }],
    ['that was added', { source: { kind: 'file', repository: '/srv/stories42M.gguf' } }],
  ])('is nothing for a model %s', (_, more) => {
    expect(conversionOf(record('stories42M', 'stories42M.gguf', more))).toBeUndefined();
  });
});
