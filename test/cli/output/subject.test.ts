import { describe, expect, it } from 'vitest';
import { subjectCells } from '../../../src/cli/output/subject.js';

describe('the cells of a list for a saved machine', () => {
  const subject = { arch: 'aarch64', ramMiB: 576, cpus: 2, use: 'chat' } as const;

  it('have nothing of the name of a model that a terminal obeys', () => {
    expect(subjectCells({ ...subject, model: 'a\u001b[2J.gguf' })[0]).toBe('a\\x1b[2J.gguf');
  });

  it('have dashes for what is not known', () => {
    expect(subjectCells(undefined)).toEqual(['-', '-', '-']);
    expect(subjectCells(subject)).toEqual(['no model', 'aarch64', '576 MiB']);
  });
});
