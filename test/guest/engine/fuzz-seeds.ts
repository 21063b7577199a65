import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ggmlTypeNamed, tensorBytes } from '../../../src/formats/gguf/ggml-types.js';
import { uint32 } from '../../../src/formats/gguf/values.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import type { TensorPlan } from '../../../src/formats/gguf/writer.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { GUEST_SOURCE_DIRECTORY, listSources } from '../../../src/toolchain/sources.js';
import { randomNumbers } from '../../support/random-checkpoint.js';
import { shapeMetadata } from '../../support/random-gguf/metadata.js';
import { RANDOM_SHAPES } from '../../support/random-gguf/shapes.js';
import type { RandomShape } from '../../support/random-gguf/shapes.js';
import { randomTensors } from '../../support/random-gguf/tensors.js';
import { vocabularyMetadata } from '../tokenizer/tokenizer.js';
import type { SampleToken } from '../tokenizer/tokenizer.js';

interface Seed {
  readonly of: keyof typeof RANDOM_SHAPES;
  readonly own?: Partial<RandomShape>;
  /** Names of pre-tokenizers make it byte-level BPE; SentencePiece without. */
  readonly pre?: string;
  /** What the matrices are stored as, in turns, where their rows are whole blocks of it. */
  readonly types?: readonly string[];
}

const TINY = { dim: 8, headDim: 4, heads: 2, kvHeads: 1, feedForward: 8, layers: 1 } as const;

/** All that is written differently, in a few kilobytes each, so that a thousand are run in a second. */
const SEEDS: Readonly<Record<string, Seed>> = {
  llama: { of: 'llama-large-llama3' },
  'llama-bias': { of: 'llama-long-heads', pre: 'llama-bpe', own: { headDim: 6 } },
  'llama-linear': { of: 'llama-linear', pre: 'smollm' },
  qwen2: { of: 'qwen2-small', pre: 'qwen2' },
  qwen3: { of: 'qwen3-small', pre: 'gpt-2' },
  phi3: { of: 'phi3-large-long', own: { ropeDimensions: 2 } },
  gemma3: { of: 'gemma3-small', pre: 'default', own: { layers: 2 } },
  'blocks-32': {
    of: 'llama-small',
    own: { dim: 32, headDim: 16, feedForward: 32 },
    types: ['Q4_0', 'Q8_0', 'Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'IQ4_NL', 'MXFP4', 'BF16'],
  },
  'blocks-256': {
    of: 'llama-small',
    own: { dim: 256, tied: true },
    types: ['Q4_K', 'Q2_K', 'Q3_K', 'Q5_K', 'Q8_0', 'Q6_K', 'Q5_K'],
  },
};

/** Longer inputs than any seed are not tried: they are slower, and nothing is different in them. */
export const SEED_BYTES_MAX = 32_768;

/** Writes a corpus to begin with into a new folder, and returns the paths of what is in it. */
export async function writeSeeds(folder: string): Promise<string[]> {
  await mkdir(folder);
  return Promise.all(
    Object.entries(SEEDS).map(async ([name, { of, own, pre, types = [] }]) => {
      const shape = { ...RANDOM_SHAPES[of]!, ...TINY, ...own };
      const vocabulary = seedVocabulary(pre);
      const metadata = { ...vocabulary.metadata, ...shapeMetadata(shape) };
      const tensors = retyped(randomTensors(shape, 7, vocabulary.size), types);
      const path = join(folder, name);
      await writeRaw(planGguf({ metadata, tensors }), path);
      return path;
    }),
  );
}

/** The matrices as blocks of anything of other types. */
function retyped(tensors: readonly TensorPlan[], types: readonly string[]): TensorPlan[] {
  const random = randomNumbers(5);
  let next = 0;
  return tensors.map((tensor) => {
    const type = types[next % types.length];
    if (type === undefined || tensor.dimensions.length < 2) return tensor;
    next++;
    // Rows that are shorter than a block.
    const written =
      tensorBytes(ggmlTypeNamed(type), tensor.dimensions) === undefined ? 'F16' : type;
    const size = tensorBytes(ggmlTypeNamed(written), tensor.dimensions)!;
    const data = Uint8Array.from({ length: size }, () => (random() + 1) * 128);
    return { ...tensor, type: written, data };
  });
}

/** Tokens of every kind, and keys whose values are worth changing. */
export function seedVocabulary(pre?: string): {
  readonly size: number;
  readonly metadata: Record<string, TypedValue>;
} {
  const special: SampleToken[] = [
    { text: '<unk>', type: 'unknown' },
    { text: '<s>', type: 'control' },
    { text: '</s>', type: 'control' },
    { text: '<|user|>', type: 'user' },
    { text: '<|end|>', type: 'control' },
  ];
  const pieces = ['a', 'b', 't', 'ab', 'abab', '1', 'é', "'"];
  const more: Record<string, TypedValue> = {
    'tokenizer.ggml.bos_token_id': uint32(1),
    'tokenizer.ggml.eos_token_id': uint32(2),
    'tokenizer.ggml.unknown_token_id': uint32(0),
    'tokenizer.ggml.eot_token_id': uint32(4),
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: true },
    'tokenizer.ggml.add_eos_token': { type: 'bool', value: false },
  };
  const ofPieces: SampleToken[] =
    pre === undefined
      ? [
          ...['<0x0A>', '<0xC3>'].map((text): SampleToken => ({ text, type: 'byte' })),
          ...['▁', '▁a', '▁▁', ...pieces].map((text, id) => ({ text, score: -id })),
        ]
      : ['Ġ', 'Ġa', 'Ã', '©', 'Ċ', ...pieces].map((text) => ({ text }));
  const tokens = [...special, ...ofPieces];
  const metadata = vocabularyMetadata({
    model: pre === undefined ? 'llama' : 'gpt2',
    tokens,
    more: {
      ...more,
      ...(pre === undefined
        ? { 'tokenizer.ggml.add_space_prefix': { type: 'bool', value: true } }
        : {}),
    },
    ...(pre === undefined ? {} : { pre, merges: ['a b', 'ab ab', 'Ġ a', 'Ã ©'] }),
  });
  const entries = Object.entries(metadata).filter(([key]) => !key.startsWith('gpt2.'));
  return { size: tokens.length, metadata: Object.fromEntries(entries) };
}

/** Writes a dictionary for libFuzzer of the names that the readers look for, and returns its path. */
export async function writeDictionary(path: string): Promise<string> {
  const folders = ['gguf', 'model', 'tokenizer'].map((each) => `engine/${each}`);
  const sources = await listSources(GUEST_SOURCE_DIRECTORY, folders);
  const texts = await Promise.all(
    sources.map((source) => readFile(join(GUEST_SOURCE_DIRECTORY, source), 'utf8')),
  );
  const names = texts.flatMap((text) =>
    [...text.replaceAll(/^#include.*/gm, '').matchAll(/"([\w.<>|/▁-]{2,60})"/g)].map(
      ([, name]) => name!,
    ),
  );
  const escaped = (name: string): string =>
    [...Buffer.from(name)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  const lines = [...new Set(names)].map((name) => `"${escaped(name)}"\n`);
  await writeFile(path, lines.join(''));
  return path;
}

/** A pre-tokenizer of each kind, and what byte-level BPE does otherwise by its name; SentencePiece first. */
const PRE_TOKENIZERS = [undefined, 'default', 'gpt-2', 'smollm', 'llama-bpe', 'glm4', 'qwen2'];

/** Writes a vocabulary of each kind into a new folder, and returns their paths. */
export async function writeVocabularies(folder: string): Promise<string[]> {
  await mkdir(folder);
  return Promise.all(
    PRE_TOKENIZERS.map(async (pre) => {
      const path = join(folder, pre ?? 'sentencepiece');
      await writeRaw(planGguf({ metadata: seedVocabulary(pre).metadata, tensors: [] }), path);
      return path;
    }),
  );
}
