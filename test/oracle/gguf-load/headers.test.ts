import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { ARCHITECTURES } from '../../../src/formats/gguf/architectures.js';
import { checkGguf } from '../../../src/formats/gguf/check.js';
import { checkLoadable } from '../../../src/formats/gguf/loadable.js';
import { GgufArray, readGguf } from '../../../src/formats/gguf/reader.js';
import type { GgufHeader } from '../../../src/formats/gguf/reader.js';
import { PRE_TOKENIZERS, TOKENIZERS } from '../../../src/formats/gguf/tokenizers.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { convertLlama2c } from '../../../src/recipes/convert.js';
import { modelGguf } from '../../formats/gguf/samples.js';
import { EMBEDDED_MODEL, embeddedReference } from '../../support/embedded-model.js';
import { temporaryFolder } from '../../support/temporary.js';
import { WITH_WEIGHTS, weights } from '../../support/weights.js';
import { OTHER_VALUES, assemble, pair, partsOf } from './header-parts.js';
import type { HeaderParts, WholeHeader } from './header-parts.js';
import { mutateBytes, mutateParts, numbers } from './mutations.js';
import { NativeLlama, WHERE_LLAMA_RUNS } from './native-llama.js';

/** How many mutations are tried in all; thousands take some seconds. */
const MUTATIONS = Number(process.env.ZOSIA_HEADER_MUTATIONS ?? 200);

/** Whether everything is tried, or what takes some seconds. */
const THOROUGH = MUTATIONS >= 5000;

/** Keys of which llama.cpp refuses some values and zosia none, and why. */
const NOT_CHECKED: ReadonlyMap<string, string> = new Map([
  ['general.tensor_extra.name', 'no converter in use writes it'],
  ['llama.nextn_predict_layers', 'such layers have other tensors, which are left to llama.cpp'],
  ['llama.rope.section_order', 'what orders there are differs between architectures'],
  ['llama.classifier.output_labels', 'a classifier generates nothing'],
  ['llama.classifier.activation', 'a classifier generates nothing'],
]);

const headerOf = async (path: string): Promise<GgufHeader> =>
  readGguf(accessBytes(await readFile(path)));

/** A file of a header and zeros. */
function zerosAfter({ header, fileBytes }: WholeHeader): Parameters<typeof checkGguf>[0] {
  return {
    sizeBytes: fileBytes,
    read: (offset, length) => {
      const bytes = Buffer.alloc(length);
      if (offset < header.length) header.copy(bytes, 0, offset, offset + length);
      return Promise.resolve(bytes);
    },
  };
}

/** The verdict of zosia before anything boots: "ok", or the reason. */
async function verdictOfZosia(file: WholeHeader): Promise<string> {
  try {
    checkLoadable(await checkGguf(zerosAfter(file), 'model.gguf'), 'model.gguf');
    return 'ok';
  } catch (error) {
    if (error instanceof ZosiaError) return error.message;
    throw error;
  }
}

/** The model's header with the vocabulary of another, its tensors as long as that needs. */
function withVocabulary(model: GgufHeader, vocabulary: GgufHeader): HeaderParts {
  const tokenCount = ({ metadata }: GgufHeader): number =>
    (metadata.get('tokenizer.ggml.tokens') as GgufArray).length;
  const isVocabulary = ({ key }: { key: string }): boolean => key.startsWith('tokenizer.');
  const [own, other] = [partsOf(model), partsOf(vocabulary)];
  return {
    pairs: [
      ...own.pairs.filter((kept) => !isVocabulary(kept)),
      ...other.pairs.filter(isVocabulary),
    ],
    tensors: own.tensors.map((tensor) => ({
      ...tensor,
      dimensions: tensor.dimensions.map((size) =>
        size === tokenCount(model) ? tokenCount(vocabulary) : size,
      ),
    })),
  };
}

const replaced = (parts: HeaderParts, ...pairs: HeaderParts['pairs']): HeaderParts => ({
  ...parts,
  pairs: [...parts.pairs.filter(({ key }) => !pairs.some((other) => other.key === key)), ...pairs],
});

const text = (key: string, value: string): HeaderParts['pairs'][number] =>
  pair(key, { type: 'string', value });

describe('the pinned llama.cpp and zosia', WHERE_LLAMA_RUNS, () => {
  const folder = temporaryFolder();
  let llama: NativeLlama;
  let model: GgufHeader;
  let library: string;
  beforeAll(async () => {
    llama = await NativeLlama.install(folder.path);
    model = await headerOf(EMBEDDED_MODEL);
    library = await readFile(folder.file('libllama.so.0'), 'latin1');
  });

  /** Where the two do not agree on accepting or refusing, by what each says; how many both refuse. */
  async function compare(
    files: readonly WholeHeader[],
  ): Promise<{ differences: string[]; refused: number }> {
    const verdicts = await llama.load(files);
    const differences: string[] = [];
    let refused = 0;
    for (const [index, file] of files.entries()) {
      const ours = await verdictOfZosia(file);
      const { kind, reason } = verdicts[index]!;
      if (ours !== 'ok' && kind !== 'ok') refused += 1;
      if ((ours === 'ok') !== (kind === 'ok')) {
        differences.push(`${index}: zosia: ${ours}; llama.cpp: ${kind} ${reason}`);
      }
    }
    return { differences, refused };
  }

  async function expectAgreement(parts: HeaderParts, count: number): Promise<void> {
    const whole = assemble(parts);
    const below = numbers(11);
    const mutated = Array.from({ length: count }, (_, index) => {
      if (index % 3 > 0) return mutateParts(parts, below);
      return { ...whole, header: mutateBytes(whole.header, below) };
    });
    expect(await compare([whole])).toEqual({ differences: [], refused: 0 });
    const { differences, refused } = await compare(mutated);
    expect(differences).toEqual([]);
    expect(refused).toBeGreaterThan(count / 10);
  }

  it('agree on the built-in model, and on mutations of its header', async () => {
    await expectAgreement(partsOf(model), Math.ceil(MUTATIONS * 0.6));
  });

  it('agree on a converted model, and on mutations of its header', async () => {
    const out = folder.file('converted.gguf');
    const { checkpoint, tokenizer } = await embeddedReference(folder.path);
    await convertLlama2c({ checkpoint, tokenizer, out });
    await expectAgreement(partsOf(await headerOf(out)), Math.ceil(MUTATIONS * 0.3));
  });

  it(
    'agree on published vocabularies, and on mutations of headers with them',
    WITH_WEIGHTS,
    async () => {
      for (const name of ['llama-spm', 'gpt-2']) {
        const vocabulary = await headerOf(weights(`vocab/ggml-vocab-${name}.gguf`));
        await expectAgreement(withVocabulary(model, vocabulary), Math.ceil(MUTATIONS * 0.05));
      }
    },
  );

  it("agree on the tests' own small model", async () => {
    const sample = await readGguf(accessBytes(await modelGguf()));
    expect(await compare([assemble(partsOf(sample))])).toEqual({ differences: [], refused: 0 });
  });

  it('agree on values of any type for each key that the library contains', async () => {
    const keys = [...library.matchAll(/\0(tokenizer|general|split|%s)\.([a-z0-9_.]+)(?=\0)/g)]
      .map(([, group, key]) => `${group === '%s' ? 'llama' : group}.${key}`)
      .filter((key) => !NOT_CHECKED.has(key));
    expect(keys.length).toBeGreaterThan(60);
    const parts = partsOf(model);
    const files = keys.flatMap((key, at) =>
      OTHER_VALUES.filter((_, index) => THOROUGH || index % 24 === at % 24).map((value) =>
        assemble(replaced(parts, pair(key, value))),
      ),
    );
    const { differences, refused } = await compare(files);
    expect(differences).toEqual([]);
    expect(refused).toBeGreaterThan(files.length / 4);
  });

  it('agree on each additional tensor that a block may have', async () => {
    const parts = partsOf(model);
    const [columns, rows] = [128, 352];
    const names = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'];
    const others = ['attn_norm', 'attn_q_norm', 'attn_qkv', 'ffn_gate_inp', 'ffn_gate_exps'];
    const files = [...names, ...others].flatMap((name) =>
      ['bias', 'scale', 'input_scale', 'weights'].flatMap((ending) =>
        [columns, rows, 1].map((size) => {
          const tensor = { name: `blk.0.${name}.${ending}`, dimensions: [size], type: 'F32' };
          return assemble({ ...parts, tensors: [...parts.tensors, tensor] });
        }),
      ),
    );
    const fused = parts.tensors.filter(({ name }) => !/attn_[qkv]\./.test(name));
    for (const ending of ['bias', 'scale', 'input_scale']) {
      for (const size of [3 * columns, columns, 1]) {
        const tensors = Array.from({ length: 6 }, (_, block) => [
          { name: `blk.${block}.attn_qkv.weight`, dimensions: [columns, 3 * columns], type: 'F32' },
          { name: `blk.${block}.attn_qkv.${ending}`, dimensions: [size], type: 'F32' },
        ]).flat();
        files.push(assemble({ ...parts, tensors: [...fused, ...tensors] }));
      }
    }
    files.push(
      ...[16, 32].map((size) =>
        assemble({
          ...parts,
          tensors: [
            ...parts.tensors,
            { name: 'rope_freqs.weight', dimensions: [size], type: 'F32' },
          ],
        }),
      ),
    );
    expect((await compare(files)).differences).toEqual([]);
  });

  /** Names that the library may compare with: its texts, and their ends, which a linker keeps once. */
  function namesIn(texts: string): string[] {
    const names = texts.split('\0').filter((name) => /^[a-z0-9][-a-z0-9_.]{1,30}$/.test(name));
    if (!THOROUGH) return names;
    const ends = names.flatMap((name) => Array.from(name, (_, index) => name.slice(index)));
    return ends.filter((name) => name !== '');
  }

  /** Which of those names, and those listed, are not refused as unknown. */
  async function known(
    listed: Iterable<string>,
    unknown: RegExp,
    partsFor: (name: string) => HeaderParts['pairs'],
  ): Promise<string[]> {
    const names = [...new Set([...listed, ...namesIn(library)])];
    const verdicts = await llama.load(
      names.map((name) => ({
        ...assemble({ pairs: partsFor(name), tensors: [] }),
        vocabularyOnly: true,
      })),
    );
    return names.filter((_, index) => !unknown.test(verdicts[index]!.reason)).sort();
  }

  it('support the same architectures', async () => {
    const unknown = /unknown model architecture|unsupported model architecture|CLIP cannot/;
    const found = await known(ARCHITECTURES, unknown, (name) => [
      text('general.architecture', name),
    ]);
    expect(found).toEqual([...ARCHITECTURES].sort());
  });

  it('support the same tokenizers and pre-tokenizers', async () => {
    const { pairs } = partsOf(model);
    const kept = pairs.filter(({ key }) => !key.startsWith('tokenizer.'));
    const list = (name: string): HeaderParts['pairs'][number] =>
      pair(`tokenizer.ggml.${name}`, { type: 'array', of: 'string', value: ['a b'] });
    const vocabulary = [...kept, list('tokens'), list('merges')];
    const tokenizers = await known(TOKENIZERS.keys(), /unknown tokenizer/, (name) => [
      ...vocabulary,
      text('tokenizer.ggml.model', name),
    ]);
    expect(tokenizers).toEqual([...TOKENIZERS.keys()].sort());
    const preTokenizers = await known(PRE_TOKENIZERS, /unknown pre-tokenizer/, (name) => [
      ...vocabulary,
      text('tokenizer.ggml.model', 'gpt2'),
      text('tokenizer.ggml.pre', name),
    ]);
    expect(preTokenizers).toEqual([...PRE_TOKENIZERS].sort());
  });
});
