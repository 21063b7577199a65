import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildEngineProgram } from '../engine-programs.js';

const CLASSES = [
  ['L', /^\p{L}$/u],
  ['N', /^\p{N}$/u],
  ['P', /^\p{P}$/u],
  ['S', /^\p{White_Space}$/u],
] as const;

const UNASSIGNED = /^\p{Cn}$/u;

describe('the class of a character', () => {
  const folder = temporaryFolder();
  let classes: string;
  beforeAll(async () => {
    const folders = ['tokenizer', 'gguf', 'base'];
    const source = 'tokenizer/list_classes.c';
    const program = await buildEngineProgram(folder.path, { source, folders });
    classes = (await execa(program, { stdin: 'ignore' })).stdout;
  });

  it('is that of Unicode, as far as it was assigned when the tables were made', () => {
    expect(classes.length).toBe(0x110000);
    const wrong: string[] = [];
    let newer = 0;
    for (let code = 0; code < 0x110000; code++) {
      const text = String.fromCodePoint(code);
      const expected = CLASSES.find(([, pattern]) => pattern.test(text))?.[0] ?? '.';
      if (classes[code] === expected || UNASSIGNED.test(text)) continue;
      // What a newer Unicode assigned is not in the tables: llama.cpp does not know it either.
      if (classes[code] === '.' && code > 0x7f) newer++;
      else wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
    // Unicode 16 and 17 have assigned some 10,000 characters. A table that is cut off lacks more.
    expect(newer).toBeLessThan(12_000);
  });

  it.each([
    ['L', 'aZ\u00b5éßЖאعक中あ한\u{1d400}\u{20000}\u{2ebf0}\u{323af}'],
    ['N', '09²½٣Ⅷ①\u{1d7ce}'],
    ['P', '!"#%&\'()*,-./:;?@[\\]_{}¡«…、\u3002'],
    ['S', '\t\n\v\f\r \u0085\u00a0\u1680\u2003\u2028\u3000'],
    ['.', '$+<=>^`|~\u0000\u001c\u007f\u00ad\u0301\u200b\u200d\ufeff😀\u{e0100}'],
  ])('is %s for what pre-tokenizers meet', (expected, characters) => {
    for (const character of characters) {
      expect(classes[character.codePointAt(0)!], character).toBe(expected);
    }
  });
});
