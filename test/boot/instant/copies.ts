import { expect } from 'vitest';
import { answersOf } from './host.js';
import type { InstantUser } from './host.js';

const ASKED = ['--temp', '0.8', '-n', '60'];

/**
 * Has copies of one saved machine tell a story, all at once; what is saved stays as it is, and nothing is left of
 * the copies.
 *
 * @param args options of `zosia up`
 * @returns the stories that are not the same
 */
export async function tellAtOnce(
  user: InstantUser,
  count: number,
  ...args: readonly string[]
): Promise<Set<string>> {
  const tell = async (): Promise<string> => {
    const asked = [...ASKED, ...args];
    const { stdout, exitCode, stderr } = await user.ask('Tell me a story about a fox', asked);
    expect(exitCode, stderr).toBe(0);
    const story = answersOf(stdout);
    expect(story).toContain('fox');
    return story;
  };
  // Of other options another machine is saved.
  await tell();
  const saved = await user.saved();
  const stories = await Promise.all(Array.from({ length: count }, tell));
  expect(await user.saved()).toEqual(saved);
  await user.expectNothingLeft();
  return new Set(stories);
}
