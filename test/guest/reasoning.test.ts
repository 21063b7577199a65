import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { WHERE_LINUX_RUNS, buildProgram } from './programs.js';

const TAGS = [
  ...[
    ['<think>', '</think>'],
    ['<thinking>', '</thinking>'],
    ['<thought>', '</thought>'],
  ],
  ...[
    ['<reasoning>', '</reasoning>'],
    ['<seed:think>', '</seed:think>'],
    ['[THINK]', '[/THINK]'],
  ],
] as const;

describe('reasoning in an answer', WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildProgram(folder.path, 'show_reasoning', [
      ...['kernel/file', 'kernel/queue', 'llama/reasoning', 'text/text'],
    ]);
  });

  async function pass(mode: 'show' | 'hide', text: string, prompt = '', size = 1024) {
    const { stdout } = await execa(program, [String(size), mode, prompt], {
      input: text,
      stripFinalNewline: false,
    });
    return stdout;
  }

  describe.each(TAGS)('%s', (open, close) => {
    it('is shown unchanged', async () => {
      const text = `${open} hm${close}\n\nfour`;
      expect(await pass('show', text)).toBe(text);
    });

    it('is shown with its opening tag when that is in the prompt', async () => {
      const prompt = `<|assistant|>\n${open}\n`;
      expect(await pass('show', `hm${close}\n\nfour`, prompt)).toBe(`${open}\nhm${close}\n\nfour`);
    });

    it('is left out with its tags and the white space behind them', async () => {
      const text = ` \n${open} hm${close}\r\n\t four\n`;
      expect(await pass('hide', text)).toBe('four\n');
      expect(await pass('hide', text, '', 1)).toBe('four\n');
    });

    it('is left out when its opening tag is in the prompt', async () => {
      expect(await pass('hide', `hm${close}\n\nfour`, `a ${open} `)).toBe('four');
      expect(await pass('hide', `hm${close}\n\nfour`, `a ${open} `, 1)).toBe('four');
    });

    it('leaves an empty answer when it never ends', async () => {
      expect(await pass('hide', `${open} hm ${close.slice(0, -1)}`)).toBe('');
    });
  });

  it.each([
    ['no tag', 'four\n'],
    ['nothing but white space', ' \n'],
    ['a tag that is not the first thing', 'four <think>hm</think>'],
    ['half a tag', '<thin'],
    ['a tag of another kind', '<thinker>hm</thinker>'],
    ['a tag in other letters', '<THINK>hm</THINK>'],
    ['more white space than is held back', `${' '.repeat(64)}four`],
    ['a second pair', '<think>hm</think>four <think>five</think>', 'four <think>five</think>'],
    ['almost a closing tag within', '<think><</th</thinking></</think>four', 'four'],
    ['a closing tag of another kind within', '<think>a</thought>b</think>four', 'four'],
    ['two tags that begin alike', '<thinking>a</think>b</thinking>four', 'four'],
    ['nothing at all', ''],
  ])('hides no more than reasoning: %s', async (_, text, left = text) => {
    expect(await pass('hide', text)).toBe(left);
    expect(await pass('hide', text, '', 1)).toBe(left);
  });

  it.each(['<think> and more', 'think>', '<thin', ''])(
    'is not opened by a prompt that ends in %j',
    async (prompt) => {
      expect(await pass('show', 'hm</think>four', prompt)).toBe('hm</think>four');
      expect(await pass('hide', 'hm</think>four', prompt)).toBe('hm</think>four');
    },
  );

  it('is left out as by an independent implementation of the rules', async () => {
    const rules = (text: string): string => {
      const start = text.trimStart();
      const opened = TAGS.find(([open]) => start.startsWith(open));
      if (!opened) return text;
      const end = start.indexOf(opened[1], opened[0].length);
      return end < 0 ? '' : start.slice(end + opened[1].length).trimStart();
    };
    const piece = fc.constantFrom(...TAGS.flat(), '<', '/', 'think', '>', 'a', ' ', '\n', '</');
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 8 }),
        fc.integer({ min: 1, max: 5 }),
        async (pieces, size) => {
          const text = pieces.join('');
          expect(await pass('hide', text, '', size)).toBe(rules(text));
          expect(await pass('show', text, '', size)).toBe(text);
        },
      ),
      { numRuns: 150 },
    );
  });
});
