import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BARE_METAL } from '../../../src/formats/gguf/bare-metal.js';
import { readGguf } from '../../../src/formats/gguf/reader.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { templateOfGguf } from '../../../src/recipes/chat-pieces/gguf-template.js';
import { GUEST_SOURCE_DIRECTORY } from '../../../src/toolchain/sources.js';
import { sampleGguf } from '../../formats/gguf/samples.js';

const SOURCE = join(GUEST_SOURCE_DIRECTORY, 'engine/tokenizer/pre_tokenizer_names.c');
const ENTRY =
  /\{"([^"]*)", \{(PRE_TOKENIZER_\w+, (?:true|false), (true|false), (?:true|false))\}\}/g;

describe('the pre-tokenizers', () => {
  /** By their names, what struct pre_tokenizer_facts says of them. */
  const facts = new Map<string, string>();
  const begins = new Map<string, boolean>();
  beforeAll(async () => {
    const text = await readFile(SOURCE, 'utf8');
    const lines = text.split('\n').filter((line) => line.includes('PRE_TOKENIZER_'));
    const entries = [...text.matchAll(ENTRY)];
    expect(entries).toHaveLength(lines.length);
    for (const [, name, all, addsBos] of entries) {
      facts.set(name!, all!);
      begins.set(name!, addsBos === 'true');
    }
    expect(facts.size).toBe(entries.length);
  });

  it('have the same names on the host as in the machine', () => {
    const names = BARE_METAL.preTokenizers.flat();
    expect([...names].sort()).toEqual([...facts.keys()].sort());
  });

  it('are the same where the host says so, and others elsewhere', () => {
    const groups = BARE_METAL.preTokenizers.map((names) => {
      const different = new Set(names.map((name) => facts.get(name)));
      expect([...different], names.join()).toHaveLength(1);
      return [...different][0];
    });
    expect(new Set(groups).size).toBe(groups.length);
  });

  it('begin a text with a token of its own on the host where they do in the machine', async () => {
    for (const [pre, addsBos] of begins) {
      const bytes = await sampleGguf({
        'tokenizer.ggml.model': { type: 'string', value: 'gpt2' },
        'tokenizer.ggml.tokens': { type: 'array', of: 'string', value: ['a', '<s>'] },
        'tokenizer.ggml.pre': { type: 'string', value: pre },
      });
      const template = templateOfGguf(await readGguf(accessBytes(bytes)));
      expect(template?.addsBos, pre).toBe(addsBos);
    }
  });
});
