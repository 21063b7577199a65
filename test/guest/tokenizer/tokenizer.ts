import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { accessBytes } from '../../../src/image/random-access.js';
import { GgufArray, readGguf } from '../../../src/formats/gguf/reader.js';
import type { TypedValue } from '../../../src/formats/gguf/writer.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import { uint32 } from '../../../src/formats/gguf/values.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { buildEngineProgram } from '../engine-programs.js';

/** What is known of a vocabulary; -1 for a token that it lacks. */
export interface VocabularyFacts {
  readonly count: number;
  readonly bos: number;
  readonly eos: number;
  readonly unknown: number;
  readonly endOfTurn: number;
  readonly endOfMessage: number;
  readonly addBos: number;
  readonly addEos: number;
  readonly addSpacePrefix: number;
  readonly ends: readonly number[];
}

export interface EncodeOptions {
  /** Begin and end of text are put round the text. */
  readonly ends?: boolean | undefined;
  /** Texts of control tokens are those tokens. */
  readonly control?: boolean | undefined;
}

type Text = string | Uint8Array;

/** The engine's tokenizer, as a program of the host. */
export class Tokenizer {
  private constructor(private readonly program: string) {}

  static async build(folder: string, isMeasured = false): Promise<Tokenizer> {
    const folders = ['tokenizer', 'gguf', 'base'];
    const source = 'tokenizer/tokenize.c';
    return new Tokenizer(await buildEngineProgram(folder, { source, folders, isMeasured }));
  }

  /** The tokens of texts. */
  async encode(gguf: string, texts: readonly Text[], how: EncodeOptions = {}): Promise<number[][]> {
    const lines = await this.#lines(gguf, texts, `${letters(how)}t`);
    return lines.map((line) => (line === '' ? [] : line.split(' ').map(Number)));
  }

  /** The bytes that the tokens of texts mean, with the texts of control tokens or not. */
  async decode(
    gguf: string,
    texts: readonly Text[],
    { showsControl = false, ...how }: EncodeOptions & { readonly showsControl?: boolean } = {},
  ): Promise<Buffer[]> {
    const lines = await this.#lines(gguf, texts, letters(how) + (showsControl ? 's' : 'd'));
    return lines.map((line) => Buffer.from(line, 'hex'));
  }

  async facts(gguf: string): Promise<VocabularyFacts> {
    const { stdout } = await execa(this.program, [gguf, '', '0'], { stdin: 'ignore' });
    return JSON.parse(stdout) as VocabularyFacts;
  }

  /** How the program ends, and why a vocabulary was refused. `rows` are the model's. */
  async judge(
    gguf: string,
    { rows = 0, texts = [] }: { readonly rows?: number; readonly texts?: readonly Text[] } = {},
  ): Promise<{ readonly exitCode: number | undefined; readonly reason: string }> {
    const input = Buffer.concat(texts.map(framed));
    const args = [gguf, 'ecds', String(rows)];
    const { exitCode, stderr } = await execa(this.program, args, { input, reject: false });
    return { exitCode, reason: stderr };
  }

  async #lines(gguf: string, texts: readonly Text[], how: string): Promise<string[]> {
    const input = Buffer.concat(texts.map(framed));
    const { stdout } = await execa(this.program, [gguf, how, '0'], {
      input,
      stripFinalNewline: false,
      maxBuffer: 2 ** 30,
    });
    return stdout.split('\n').slice(0, -1);
  }
}

const letters = ({ ends = false, control = false }: EncodeOptions): string =>
  (ends ? 'e' : '') + (control ? 'c' : '');

/** A text after its length. */
function framed(text: Text): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The numbers that a GGUF has for kinds of tokens. */
export const TOKEN_TYPES = {
  normal: 1,
  unknown: 2,
  control: 3,
  user: 4,
  unused: 5,
  byte: 6,
} as const;

export interface SampleToken {
  readonly text: Text;
  readonly type?: keyof typeof TOKEN_TYPES;
  readonly score?: number;
}

export interface SampleVocabulary {
  readonly model: 'llama' | 'gpt2';
  readonly tokens: readonly (SampleToken | string)[];
  readonly merges?: readonly string[];
  readonly pre?: string;
  readonly more?: Readonly<Record<string, TypedValue>>;
}

/** Metadata of a GGUF that has nothing but this vocabulary. */
export function vocabularyMetadata({
  model,
  tokens,
  merges,
  pre,
  more = {},
}: SampleVocabulary): Record<string, TypedValue> {
  const all = tokens.map((each) => (typeof each === 'string' ? { text: each } : each));
  const text = (value: string): TypedValue => ({ type: 'string', value });
  const types = all.map(({ type = 'normal' }: SampleToken) => TOKEN_TYPES[type]);
  const scores = all.map(({ score = 0 }: SampleToken) => score);
  return {
    'general.architecture': text('gpt2'),
    'gpt2.context_length': uint32(64),
    'gpt2.embedding_length': uint32(8),
    'gpt2.block_count': uint32(1),
    'gpt2.feed_forward_length': uint32(8),
    'gpt2.attention.head_count': uint32(1),
    'gpt2.attention.layer_norm_epsilon': { type: 'float32', value: 1e-5 },
    'tokenizer.ggml.model': text(model),
    ...(pre === undefined ? {} : { 'tokenizer.ggml.pre': text(pre) }),
    'tokenizer.ggml.tokens': { type: 'array', of: 'string', value: all.map((each) => each.text) },
    'tokenizer.ggml.token_type': { type: 'array', of: 'int32', value: types },
    'tokenizer.ggml.scores': { type: 'array', of: 'float32', value: scores },
    ...(merges ? { 'tokenizer.ggml.merges': { type: 'array', of: 'string', value: merges } } : {}),
    ...more,
  };
}

export async function writeVocabulary(path: string, vocabulary: SampleVocabulary): Promise<string> {
  await writeRaw(planGguf({ metadata: vocabularyMetadata(vocabulary), tensors: [] }), path);
  return path;
}

/** Writes a vocabulary once more, with other metadata of strings. */
export async function rewriteVocabulary(
  from: string,
  to: string,
  strings: Readonly<Record<string, string>>,
): Promise<string> {
  const { metadata, types } = await readGguf(accessBytes(await readFile(from)));
  const entries = [...metadata].map(([key, value]): [string, TypedValue] => {
    if (!(value instanceof GgufArray)) return [key, { type: types.get(key), value } as TypedValue];
    const { elementType: of, length } = value;
    const elements =
      of === 'string' ? Array.from({ length }, (_, index) => value.stringBytes(index)) : [...value];
    return [key, { type: 'array', of, value: elements } as TypedValue];
  });
  const changed = Object.entries(strings).map(([key, value]): [string, TypedValue] => {
    return [key, { type: 'string', value }];
  });
  await writeRaw(
    planGguf({ metadata: Object.fromEntries([...entries, ...changed]), tensors: [] }),
    to,
  );
  return to;
}
