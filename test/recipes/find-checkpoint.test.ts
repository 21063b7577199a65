import { describe, expect, it } from 'vitest';
import { refuseReference } from '../../src/recipes/find-checkpoint.js';
import { zosiaError } from '../support/errors.js';

describe('refuseReference', () => {
  it('says that a reference names a GGUF, and no checkpoint', () => {
    const refuse = (): void => {
      refuseReference('hf:someone/models/model.gguf');
    };
    expect(refuse).toThrow(zosiaError('ZOSIA_CHECKPOINT_BY_REFERENCE'));
    expect(refuse).toThrow(/ is a reference, which names a GGUF, and no llama2\.c checkpoint$/);
  });

  it('lets names and paths be', () => {
    for (const name of ['stories15M', 'models/stories15M.bin']) {
      expect(() => {
        refuseReference(name);
      }).not.toThrow();
    }
  });
});
