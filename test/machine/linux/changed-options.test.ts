import { expect, it } from 'vitest';
import { changedOptions } from '../../../src/machine/linux/changed-options.js';

it.each([
  ['--temp 0.8 -n 20', '--temp 0 -n 20', '--temp 0.8, now --temp 0'],
  ['-n 20', '-n 20 --seed -1', 'none, now --seed -1'],
  ['--verbose -n 20 -n 20', '-n 20', '--verbose -n 20, now none'],
  ['first -n 20', '-n 20', 'first, now none'],
  ['-n 20 --seed 1', '--seed 1 -n 20', 'in another order'],
])('says what has changed from %j to %j', (before, now, changes) => {
  expect(changedOptions(before.split(' '), now.split(' '))).toBe(changes);
});

it('shortens an option that would hide the others', () => {
  const changes = changedOptions(['-sys', '中'.repeat(100)], ['-n', '1']);
  expect(changes).toBe(`-sys ${'中'.repeat(54)}…, now -n 1`);
});
