import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reasoning } from '../../../src/machine/llama-server/reasoning.js';

const TAGS: readonly (readonly [string, string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
  ['<seed:think>', '</seed:think>'],
  ['[THINK]', '[/THINK]'],
];

/** What is shown of a text that comes in pieces of a size. */
function pass(mode: 'show' | 'hide', text: string, prompt = '', size = 1024): string {
  const reasoning = new Reasoning(mode === 'hide', prompt);
  let shown = '';
  for (let at = 0; at < text.length; at += size) shown += reasoning.feed(text.slice(at, at + size));
  return shown + reasoning.end();
}

describe.each(TAGS)('reasoning in %s', (open, close) => {
  it('is shown unchanged', () => {
    const text = `${open} hm${close}\n\nfour`;
    expect(pass('show', text)).toBe(text);
  });

  it('is shown with its opening tag when that is in the prompt', () => {
    const prompt = `<|assistant|>\n${open}\n`;
    expect(pass('show', `hm${close}\n\nfour`, prompt)).toBe(`${open}\nhm${close}\n\nfour`);
    expect(pass('show', '', prompt)).toBe(`${open}\n`);
  });

  it('is left out with its tags and the white space behind them', () => {
    const text = ` \n${open} hm${close}\r\n\t four\n`;
    expect(pass('hide', text)).toBe('four\n');
    expect(pass('hide', text, '', 1)).toBe('four\n');
  });

  it('is left out when its opening tag is in the prompt', () => {
    expect(pass('hide', `hm${close}\n\nfour`, `a ${open} `)).toBe('four');
    expect(pass('hide', `hm${close}\n\nfour`, `a ${open} `, 1)).toBe('four');
  });

  it('leaves an empty answer when it never ends', () => {
    expect(pass('hide', `${open} hm ${close.slice(0, -1)}`)).toBe('');
  });
});

describe('reasoning', () => {
  it.each([
    ['no tag', 'four\n'],
    ['nothing but white space', ' \n'],
    ['a tag that is not the first thing', 'four <think>hm</think>'],
    ['half a tag', '<thin'],
    ['a tag of another kind', '<thinker>hm</thinker>'],
    ['a tag in other letters', '<THINK>hm</THINK>'],
    ['more white space than is held back', `${' '.repeat(64)}four`],
    ['a tag behind as much', `${' '.repeat(26)}<think>hm</think>four`],
    ['a second pair', '<think>hm</think>four <think>five</think>', 'four <think>five</think>'],
    ['almost a closing tag within', '<think><</th</thinking></</think>four', 'four'],
    ['a closing tag of another kind within', '<think>a</thought>b</think>four', 'four'],
    ['two tags that begin alike', '<thinking>a</think>b</thinking>four', 'four'],
    ['nothing at all', ''],
  ])('hides no more than it is: %s', (_, text, left = text) => {
    expect(pass('hide', text)).toBe(left);
    expect(pass('hide', text, '', 1)).toBe(left);
  });

  it.each(['<think> and more', 'think>', '<thin', ''])(
    'is not opened by a prompt that ends in %j',
    (prompt) => {
      expect(pass('show', 'hm</think>four', prompt)).toBe('hm</think>four');
      expect(pass('hide', 'hm</think>four', prompt)).toBe('hm</think>four');
    },
  );

  it('keeps nothing of what is long and hidden', () => {
    const reasoning = new Reasoning(true, '<think>');
    for (let i = 0; i < 1000; i++) expect(reasoning.feed('hm </thin'.repeat(1000))).toBe('');
    expect(reasoning.feed('k>four')).toBe('four');
  });

  it('is left out as by an independent implementation of the rules', () => {
    const rules = (text: string): string => {
      const start = text.trimStart();
      const opened = TAGS.find(([open]) => start.startsWith(open));
      if (!opened) return text;
      const end = start.indexOf(opened[1], opened[0].length);
      return end < 0 ? '' : start.slice(end + opened[1].length).trimStart();
    };
    const piece = fc.constantFrom(...TAGS.flat(), '<', '/', 'think', '>', 'a', ' ', '\n', '</');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.integer({ min: 1, max: 5 }),
        (pieces, size) => {
          const text = pieces.join('');
          expect(pass('hide', text, '', size)).toBe(rules(text));
          expect(pass('show', text, '', size)).toBe(text);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
