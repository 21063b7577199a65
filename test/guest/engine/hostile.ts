import { join } from 'node:path';
import { execa } from 'execa';
import { hostArchitecture } from '../../../src/artifacts/architectures.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import type { TypedValue } from '../../../src/formats/gguf/writer.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { shapeMetadata } from '../../support/random-gguf/metadata.js';
import { RANDOM_SHAPES } from '../../support/random-gguf/shapes.js';
import type { RandomShape } from '../../support/random-gguf/shapes.js';
import { randomTensors } from '../../support/random-gguf/tensors.js';
import {
  RANDOM_VOCABULARY_SIZE,
  vocabularyMetadata,
} from '../../support/random-gguf/vocabulary.js';
import { vocabularyMetadata as sampleMetadata } from '../tokenizer/tokenizer.js';

/** The program that damages GGUFs and reads them. */
export const HOSTILE_SOURCE = 'engine/read_gguf.c';

/** All of the engine that a GGUF comes near, but for the products. */
export const GGUF_FOLDERS = [
  ...['base', 'gguf', 'language', 'llama2c', 'model'],
  ...['sampling', 'tensors', 'tokenizer', 'transformer'],
];

/** The instruction sets: that of every processor, and all that GCC has flags for. */
export const [BASIC_PRODUCTS, ALL_PRODUCTS] =
  hostArchitecture() === 'aarch64'
    ? [['neon'], ['neon', 'dotprod']]
    : [['sse2'], ['sse2', 'ssse3', 'avx2', 'avx512vnni']];

type Sample = Partial<RandomShape> & {
  readonly of: keyof typeof RANDOM_SHAPES;
  readonly bytePairs?: boolean;
};

const TINY = { dim: 64, headDim: 16, heads: 4, kvHeads: 2, feedForward: 64, layers: 2 } as const;

/** Models that take milliseconds to run: of every architecture, and in sizes that no vector divides. */
const SAMPLES = {
  llama: { of: 'llama-large-llama3', ...TINY },
  qwen2: {
    ...{ of: 'qwen2-small', ...TINY, dim: 60, headDim: 10, heads: 6, kvHeads: 3, feedForward: 42 },
    bytePairs: true,
  },
  phi3: { of: 'phi3-large-long', ...TINY, ropeDimensions: 12 },
  gemma3: { of: 'gemma3-small', ...TINY },
  /** With room for blocks of 256. */
  qwen3: { of: 'qwen3-small', ...TINY, dim: 256 },
} satisfies Record<string, Sample>;

export type SampleName = keyof typeof SAMPLES;
export const SAMPLE_NAMES = Object.keys(SAMPLES) as SampleName[];

/** Metadata that a sample has instead of its own, and what its tensors begin at multiples of. */
export interface SampleChanges {
  readonly metadata?: Readonly<Record<string, TypedValue>>;
  readonly alignment?: number;
}

/** Writes one of the sample models. */
export async function writeSample(
  folder: string,
  name: SampleName,
  { metadata: changed, alignment = 32 }: SampleChanges = {},
): Promise<string> {
  const { of, bytePairs = false, ...own }: Sample = SAMPLES[name];
  const shape = { ...RANDOM_SHAPES[of]!, ...own };
  const metadata = {
    ...(bytePairs ? bytePairMetadata() : await vocabularyMetadata()),
    ...shapeMetadata(shape),
    ...changed,
  };
  const path = join(folder, `${name}.gguf`);
  await writeRaw(planGguf({ metadata, tensors: randomTensors(shape, 7), alignment }), path);
  return path;
}

/** A token for each byte, as byte-level BPE writes them, and one for each of so many pairs. */
function bytePairMetadata(): Record<string, TypedValue> {
  const seen = (byte: number): boolean =>
    (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  let next = 0x100;
  const bytes = Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(seen(byte) ? byte : next++),
  );
  const pairs = Array.from({ length: RANDOM_VOCABULARY_SIZE - 256 }, (_, index) => [
    bytes[0x61 + (index % 26)]!,
    bytes[0x61 + Math.floor(index / 26)]!,
  ]);
  return sampleMetadata({
    model: 'gpt2',
    pre: 'qwen2',
    merges: pairs.map((pair) => pair.join(' ')),
    tokens: [...bytes, ...pairs.map((pair) => pair.join(''))],
  });
}

/** How many of damaged GGUFs were refused and how many were run; the program ends where one is read wrongly. */
export interface Judged {
  readonly refused: number;
  readonly run: number;
  /** Why each was refused. */
  readonly reasons: readonly string[];
}

/** Damages a GGUF in so many ways, which are numbered from `first` on; number 0 is none. */
export async function judgeDamaged(
  program: string,
  model: string,
  { seed = 1, first = 0, count }: { seed?: number; first?: number; count: number },
): Promise<Judged> {
  const args = [model, String(seed), String(first), String(count)];
  const { stdout, stderr } = await execa(program, args, { env: { READ_GGUF_REASONS: '1' } });
  const [refused, run] = stdout.match(/\d+/g)!.map(Number);
  return { refused: refused!, run: run!, reasons: stderr.split('\n') };
}
