import { Buffer } from 'node:buffer';
import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildEngineProgram } from '../engine-programs.js';

interface Shown {
  /** What each piece let through, then what came at the end. */
  readonly pieces: readonly string[];
  readonly found: boolean;
}

/** The text up to the stop string that is completed first, the longest of those that end there. */
function upToStop(stops: readonly string[], text: string): { shown: string; found: boolean } {
  for (let end = 1; end <= text.length; end++) {
    const ends = stops.filter((stop) => text.slice(0, end).endsWith(stop));
    const longest = Math.max(...ends.map((stop) => stop.length));
    if (ends.length > 0) return { shown: text.slice(0, end - longest), found: true };
  }
  return { shown: text, found: false };
}

describe('an answer', () => {
  const folder = temporaryFolder();
  let program = '';
  beforeAll(async () => {
    const folders = ['generation/stops.c', 'base'];
    program = await buildEngineProgram(folder.path, { source: 'generation/stop.c', folders });
  });

  const show = async (stops: readonly string[], pieces: readonly string[]): Promise<Shown> => {
    const { stdout } = await execa(program, [String(stops.length), ...stops, ...pieces]);
    const lines = stdout.split('\n');
    const found = lines.pop() === 'found';
    return { pieces: lines.map((line) => Buffer.from(line, 'hex').toString()), found };
  };

  it('is shown as it comes if there is no stop string', async () => {
    expect(await show([], ['a', 'bc'])).toEqual({ pieces: ['a', 'bc', ''], found: false });
  });

  it('ends before a stop string, whichever pieces it comes in', async () => {
    for (const pieces of [['one END two'], ['one E', 'N', 'D two'], Array.from('one END two')]) {
      const shown = await show(['END'], pieces);
      expect(shown.found).toBe(true);
      expect(shown.pieces.join('')).toBe('one ');
    }
  });

  it('is held back only as long as it may be a stop string', async () => {
    const { pieces } = await show(['END'], ['a', 'E', 'N', 'x', 'b', 'EN']);
    expect(pieces).toEqual(['a', '', '', 'ENx', 'b', '', 'EN']);
  });

  it('ends at a stop string whose beginning repeats', async () => {
    expect(await show(['ab'], ['a', 'ab'])).toEqual({ pieces: ['', 'a', ''], found: true });
    expect((await show(['aab'], Array.from('aaaab'))).pieces.join('')).toBe('aa');
    expect((await show(['abac'], Array.from('ababac'))).pieces.join('')).toBe('ab');
  });

  it('ends at the stop string that comes first, though it may be within the beginning of another', async () => {
    expect((await show(['cd', 'b'], Array.from('abcd'))).pieces.join('')).toBe('a');
    expect((await show(['xyz', 'y'], ['x', 'y'])).pieces.join('')).toBe('x');
    expect((await show(['xyz', 'y'], ['x', 'y'])).found).toBe(true);
    expect((await show(['b', 'ab'], ['ab'])).pieces.join('')).toBe('');
  });

  it('ends at stop strings of any characters, whose bytes come one by one', async () => {
    const { pieces, found } = await show(['界。'], ['世界', '世界。x']);
    expect({ text: pieces.join(''), found }).toEqual({ text: '世界世', found: true });
    expect((await show(['é'], ['caf\u00e8 ', 'caf\u00e9'])).pieces.join('')).toBe('caf\u00e8 caf');
  });

  it('takes a stop string longer than can be held by as much as can', async () => {
    const long = 'x'.repeat(1500);
    const { pieces, found } = await show(
      [long, 'END'],
      ['a', 'x'.repeat(1023), 'b', 'x'.repeat(2000)],
    );
    expect(found).toBe(true);
    expect(pieces.join('')).toBe(`a${'x'.repeat(1023)}b`);
  });

  it('ends where it should for any stop strings and pieces', async () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });
    const stopStrings = fc.array(word, { minLength: 1, maxLength: 4 });
    const answer = fc.array(word, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(stopStrings, answer, async (stops, pieces) => {
        const shown = await show(stops, pieces);
        const right = upToStop(stops, pieces.join(''));
        expect({ shown: shown.pieces.join(''), found: shown.found }).toEqual(right);
      }),
      { numRuns: 80 },
    );
  });
});
