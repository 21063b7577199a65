import { describe, expect, it } from 'vitest';
import { roleOf } from '../../../src/serve/machines/role.js';

describe('roleOf', () => {
  it('is what the model says of itself', () => {
    expect(roleOf({ kind: 'model' })).toBe('text');
    expect(roleOf({ kind: 'model', pooling: 'mean' })).toBe('text');
    expect(roleOf({ kind: 'embedding', pooling: 'mean' })).toBe('embedding');
    expect(roleOf({ kind: 'embedding' })).toBe('embedding');
    expect(roleOf({ kind: 'embedding', pooling: 'rank' })).toBe('rerank');
    expect(roleOf({ kind: 'model', pooling: 'rank' })).toBe('rerank');
  });
});
