import { describe, expect, it } from 'vitest';
import { expand } from '../src/corpus/phrase.js';
import { randomStream } from '../src/random.js';

const all = (phrase: string, sets = {}): Set<string> => {
  const random = randomStream(1);
  return new Set(Array.from({ length: 200 }, () => expand(phrase, sets, random)));
};

describe('expand', () => {
  it('returns every alternative, including nested ones, without double blanks', () => {
    expect(all('how (do|can (i|you)|) go(, please|)')).toEqual(
      new Set(
        ['do', 'can i', 'can you', ''].flatMap((middle) => {
          const text = `how ${middle} go`.replace(/ +/g, ' ');
          return [text, `${text}, please`];
        }),
      ),
    );
  });

  it('expands phrases of sets, which may have alternatives themselves', () => {
    const sets = { who: ['(one|two)', 'three'], action: ['call {who}'] };
    expect(all('now {action}', sets)).toEqual(
      new Set(['now call one', 'now call two', 'now call three']),
    );
  });

  it.each(['(a|b', 'a|b', 'a)', '{a'])('refuses the phrase %s', (phrase) => {
    expect(() => expand(phrase, { a: ['x'] }, randomStream(1))).toThrow(SyntaxError);
  });

  it('refuses unknown sets', () => {
    expect(() => expand('{nobody}', {}, randomStream(1))).toThrow(RangeError);
  });
});
