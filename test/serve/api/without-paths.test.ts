import { expect, it } from 'vitest';
import { withoutPaths } from '../../../src/serve/api/without-paths.js';

it.each([
  ['/home/me/a.gguf is no model', 'a.gguf is no model'],
  ['cannot read "/home/my user/a.gguf": gone', 'cannot read "a.gguf": gone'],
  ['in ~/models/a.gguf, and ../b/c', 'in a.gguf, and c'],
  ['error:/root/x', 'error:x'],
  ['it runs and/or waits at https://a.example/b', 'it runs and/or waits at https://a.example/b'],
  ['chat/large needs 3 MiB', 'chat/large needs 3 MiB'],
])('leaves out where files lie: %s', (message, told) => {
  expect(withoutPaths(message)).toBe(told);
});
