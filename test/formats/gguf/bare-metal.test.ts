import { describe, expect, it } from 'vitest';
import { BARE_METAL, checkBareMetal } from '../../../src/formats/gguf/bare-metal.js';
import { ggmlTypeNamed } from '../../../src/formats/gguf/ggml-types.js';
import { PRE_TOKENIZERS, TOKENIZERS } from '../../../src/formats/gguf/tokenizers.js';
import { ARCHITECTURES } from '../../../src/formats/gguf/architectures.js';
import type { GgufTensor, GgufValue } from '../../../src/formats/gguf/reader.js';
import { zosiaError } from '../../support/errors.js';

interface Sample {
  readonly architecture?: string;
  readonly metadata?: Readonly<Record<string, GgufValue>>;
  readonly type?: string;
}

function check({ architecture = 'llama', metadata = {}, type = 'Q4_K' }: Sample): void {
  const all = {
    'general.architecture': architecture,
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'llama-bpe',
    ...metadata,
  };
  const tensor: GgufTensor = {
    name: 'blk.0.attn_q.weight',
    dimensions: [256, 1],
    type: ggmlTypeNamed(type),
    offset: 0,
    sizeBytes: 0,
  };
  checkBareMetal({ metadata: new Map(Object.entries(all)), tensors: [tensor] }, 'a.gguf');
}

describe('checkBareMetal', () => {
  it.each(BARE_METAL.architectures)('accepts the architecture %s', (architecture) => {
    expect(() => {
      check({ architecture });
    }).not.toThrow();
  });

  it.each(BARE_METAL.tensorTypes)('accepts tensors of type %s', (type) => {
    expect(() => {
      check({ type });
    }).not.toThrow();
  });

  it.each(BARE_METAL.preTokenizers.flat())('accepts the pre-tokenizer %j', (pre) => {
    expect(() => {
      check({ metadata: { 'tokenizer.ggml.pre': pre } });
    }).not.toThrow();
  });

  it.each<[string, Sample]>([
    [
      'a tokenizer of SentencePiece, whatever its pre-tokenizer',
      { metadata: { 'tokenizer.ggml.model': 'llama', 'tokenizer.ggml.pre': 'x' } },
    ],
    ['no experts', { metadata: { 'llama.expert_count': 0 } }],
    ['linear scaling', { metadata: { 'llama.rope.scaling.type': 'linear' } }],
    [
      'longrope of Phi-3',
      { architecture: 'phi3', metadata: { 'phi3.rope.scaling.type': 'longrope' } },
    ],
  ])('accepts %s', (_, sample) => {
    expect(() => {
      check(sample);
    }).not.toThrow();
  });

  it.each<[string, Sample, RegExp]>([
    [
      'another architecture',
      { architecture: 'mamba' },
      /does not run a\.gguf: its architecture is "mamba"/,
    ],
    ['experts', { metadata: { 'llama.expert_count': 8 } }, /a mixture of 8 experts/],
    [
      'attention that looks ahead',
      { metadata: { 'llama.attention.causal': false } },
      /looks ahead/,
    ],
    ['YaRN', { metadata: { 'llama.rope.scaling.type': 'yarn' } }, /stretched by "yarn"/],
    [
      'longrope of another architecture',
      { metadata: { 'llama.rope.scaling.type': 'longrope' } },
      /"longrope"/,
    ],
    [
      'another tokenizer',
      { metadata: { 'tokenizer.ggml.model': 'bert' } },
      /its tokenizer is "bert"/,
    ],
    [
      'another pre-tokenizer',
      { metadata: { 'tokenizer.ggml.pre': 'tekken' } },
      /pre-tokenizer is "tekken"/,
    ],
    [
      'tensors that are aligned for no float',
      { metadata: { 'general.alignment': 4 } },
      /begin at multiples of 4/,
    ],
    ['another type of tensor', { type: 'IQ2_XS' }, /"blk\.0\.attn_q\.weight" is of type IQ2_XS/],
  ])('refuses %s, and says what works', (_, sample, message) => {
    const refused = (): void => {
      check(sample);
    };
    expect(refused).toThrow(zosiaError('ZOSIA_EFI_MODEL_UNSUPPORTED'));
    expect(refused).toThrow(message);
  });

  it('cuts what a damaged file has in place of a name', () => {
    expect(() => {
      check({ architecture: 'x'.repeat(10_000) });
    }).toThrow(/^.{0,200}$/);
  });

  it('names nothing that llama.cpp does not know', () => {
    for (const name of BARE_METAL.architectures) expect(ARCHITECTURES.has(name), name).toBe(true);
    for (const name of BARE_METAL.tokenizers) expect(TOKENIZERS.has(name), name).toBe(true);
    for (const name of BARE_METAL.preTokenizers.flat())
      expect(PRE_TOKENIZERS.has(name), name).toBe(true);
    for (const name of BARE_METAL.tensorTypes) expect(ggmlTypeNamed(name).name).toBe(name);
  });
});
