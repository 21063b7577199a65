import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KINDS } from '../src/corpus/stories/characters.js';
import { story } from '../src/corpus/stories/story.js';
import { randomStream } from '../src/random.js';
import { characterDefects, isSentence, sentenceDefects, sentencesOf } from './support/stories.js';

const GOOD =
  'Long ago a shy girl lived in a small town. Her name was Zosia. Zosia had a ball and loved it very much. ' +
  'One cold day, the ball was gone. "Where can it be?" asked Zosia. Then an owl came by and asked, ' +
  '"What is wrong?" "I lost my ball," said Zosia. Together they found the ball under a bench. ' +
  'Zosia danced for joy. Zosia and the owl stayed friends for ever.';

const defectsOf = (text: string): string[] => [...sentenceDefects(text), ...characterDefects(text)];

describe('the checks of a story', () => {
  it('find nothing wrong with stories of the grammar', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), (seed) => {
        expect(defectsOf(story(randomStream(seed)).text)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    for (const kind of KINDS) expect(defectsOf(story(randomStream(1), kind).text)).toEqual([]);
  });

  it('split a story into sentences, and keep spoken words with their speaker', () => {
    expect(sentencesOf(GOOD)).toHaveLength(10);
    expect(sentencesOf(GOOD)[4]).toBe('"Where can it be?" asked Zosia.');
    expect(defectsOf(GOOD)).toEqual([]);
    expect(sentencesOf(GOOD).every(isSentence)).toBe(true);
    expect(['They came', 'they came.', 'Came.', 'They Came.', ''].filter(isSentence)).toEqual([]);
  });

  /** What is put in the place of what, and all that is wrong with it then. */
  const BROKEN: readonly (readonly [from: string, to: string, ...defects: string[]])[] = [
    ['Together they', 'together they', 'begins without a capital'],
    ['"I lost', '"i lost', 'begins without a capital'],
    ['"What is', '"what is', 'has words spoken without a capital'],
    ['for ever.', 'for ever', 'does not end'],
    ['Zosia danced for joy.', 'Danced.', '"Danced." is a single word'],
    ['"I lost', 'I lost', 'quotes do not match'],
    ['my ball," said', 'my ball" said', 'quotes do not match'],
    ['my ball," said', 'my ball, said', 'quotes do not match'],
    ['for joy', 'for yoj', '"yoj" is no word of the grammar'],
    ['Together they found', 'Lara found', '"Lara" is no word of the grammar'],
    ['Zosia danced', 'Then zosia danced', '"zosia" is no word of the grammar'],
    ['the ball was', 'the Ball was', '"Ball" is no name'],
    ['for joy', 'for 2 joy', 'characters that no story has'],
    ['bench. Zosia', 'bench.\nZosia', 'characters that no story has'],
    ['Zosia danced', 'Leo danced', 'it has 2 names'],
    ['a shy girl', 'a shy owl', 'Zosia is not called a girl', '"owl" is another character'],
    ['a shy girl', 'a shy girl and an owl', '"owl" is another character'],
    ['found the ball', 'found the fox', '"fox" is another character'],
    ['Her name', 'His name', 'Zosia is called "His"'],
    ['Zosia danced', 'Then he danced', 'Zosia is called "he"'],
    ['Her name was Zosia. Zosia had', 'She had', 'Zosia is not there at the beginning'],
    ['Zosia danced for joy. Zosia and the', 'She danced. The', 'Zosia is not there at the end'],
  ];

  it.each(BROKEN)('find the defect when "%s" is replaced by "%s"', (from, to, ...defects) => {
    expect(GOOD).toContain(from);
    expect(defectsOf(GOOD.replace(from, to))).toEqual(
      defects.map((defect) => expect.stringContaining(defect) as unknown),
    );
  });

  it('compare whole names: Leona is not Leo', () => {
    const lion = KINDS.find(({ name }) => name === 'Leona')!;
    const { text } = story(randomStream(2), lion);
    expect(defectsOf(text)).toEqual([]);
    expect(defectsOf(text.replaceAll('Leona', 'Leonas'))).toContain('it has 0 names');
  });
});
