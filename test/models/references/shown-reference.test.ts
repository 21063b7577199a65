import { expect, it } from 'vitest';
import { shownReference } from '../../../src/models/references/reference-error.js';

it.each([
  ['phi-3.5-mini', 'phi-3.5-mini'],
  ['hf:owner/repo@main/file.gguf', 'hf:owner/repo@main/file.gguf'],
  ['https://user:secret@host/x.gguf?token=secret#secret', 'https://host/x.gguf'],
  ['https://user:secret@ho st/x.gguf?token=secret', 'https://ho st/x.gguf'],
])('messages show %j as %j', (reference, shown) => {
  expect(shownReference(reference)).toBe(shown);
});
