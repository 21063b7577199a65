import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { GGUF_HEADER } from '../../src/formats/gguf/layout.js';
import type { TypedValue } from '../../src/formats/gguf/values.js';
import { planGguf } from '../../src/formats/gguf/writer.js';
import { sampleAdapter, sampleProjector } from '../formats/gguf/companions.js';
import { CONTROL_VECTOR, IMPORTANCE_MATRIX, VOCABULARY } from '../formats/gguf/odd-samples.js';
import { modelGguf } from '../formats/gguf/samples.js';
import { zosia } from '../support/cli.js';
import { imageBytes } from '../support/images.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const text = (value: string): TypedValue => ({ type: 'string', value });
const run = (...args: string[]) => zosia(args, { cwd: folder.path });

/** The rows of `model info`, by their labels; of memory, the last. */
async function infoOf(file: string): Promise<Record<string, string>> {
  const { stdout, stderr, exitCode } = await run('model', 'info', file);
  expect(exitCode, stderr).toBe(0);
  const rows = stdout.trimEnd().split('\n');
  return Object.fromEntries(rows.map((row) => [row.slice(0, 14).trimEnd(), row.slice(15)]));
}

beforeAll(async () => {
  const files: Record<string, Uint8Array> = {
    'vocabulary.gguf': await imageBytes(planGguf(VOCABULARY)),
    'imatrix.gguf': await imageBytes(planGguf(IMPORTANCE_MATRIX)),
    'vector.gguf': await imageBytes(planGguf(CONTROL_VECTOR)),
    'adapter.gguf': await sampleAdapter(),
    'mmproj.gguf': await sampleProjector(),
    'encoder.gguf': await modelGguf({ 'llama.pooling_type': { type: 'uint32', value: 1 } }),
    'newer.gguf': await modelGguf({ 'general.architecture': text('llama9') }),
    'images.gguf': await modelGguf({ 'general.architecture': text('flux') }),
  };
  const big = await modelGguf();
  big.writeUInt32BE(3, GGUF_HEADER.version.offset);
  const old = await modelGguf();
  old.writeUInt32LE(1, GGUF_HEADER.version.offset);
  const two = await modelGguf();
  two.writeUInt32LE(2, GGUF_HEADER.version.offset);
  Object.assign(files, { 'big.gguf': big, 'old.gguf': old, 'two.gguf': two });
  for (const [name, bytes] of Object.entries(files)) await writeFile(folder.file(name), bytes);
});

describe('zosia model info of a GGUF that is no language model', () => {
  it.each<[string, Record<string, string>]>([
    [
      'vocabulary.gguf',
      { kind: 'a vocabulary without weights', vocabulary: '4', tokenizer: 'llama, default' },
    ],
    [
      'imatrix.gguf',
      {
        kind: 'an importance matrix, with which models are quantised',
        'computed from': 'wiki.train, code',
        chunks: '100 of 512 tokens',
      },
    ],
    ['vector.gguf', { kind: 'a control vector, which steers a model', 'for models of': 'llama' }],
    ['adapter.gguf', { kind: 'a LoRA adapter', adapter: 'lora', rank: '2', alpha: '4' }],
    ['mmproj.gguf', { kind: 'a multimodal projector', encoders: 'vision', projector: 'mlp' }],
    ['encoder.gguf', { pooling: 'mean', tokenizer: 'llama' }],
  ])('says what %s is, and nothing of a machine for it', async (file, rows) => {
    const info = await infoOf(file);
    expect(info).toMatchObject(rows);
    expect(info).toHaveProperty('kind');
    expect(info).not.toHaveProperty('memory');
    expect(info).not.toHaveProperty('not usable');
  });

  it('says the same in JSON', async () => {
    const json = async (file: string): Promise<unknown> =>
      JSON.parse((await run('model', 'info', file, '--json')).stdout);
    expect(await json('vocabulary.gguf')).toMatchObject({
      kind: 'vocabulary',
      tokenizer: 'llama',
      preTokenizer: 'default',
      vocabularySize: 4,
      parameterCount: 0,
      memory: [],
    });
    expect(await json('imatrix.gguf')).toMatchObject({
      kind: 'importance-matrix',
      datasets: ['wiki.train', 'code'],
      chunkCount: 100,
    });
    expect(await json('two.gguf')).toMatchObject({
      kind: 'model',
      memory: [{ contextTokens: 2048 }],
    });
    expect(await json('newer.gguf')).toMatchObject({
      kind: 'model',
      unsupported: { code: 'ZOSIA_MODEL_UNSUPPORTED' },
    });
  });
});

describe('zosia model info of what llama.cpp does not read', () => {
  it('describes an architecture that is not known, and says so', async () => {
    const info = await infoOf('newer.gguf');
    expect(info).toMatchObject({ architecture: 'llama9', quantisation: 'Q4_K_M' });
    expect(info['not usable']).toContain('does not know its architecture, "llama9"');
    expect((await infoOf('images.gguf'))['not usable']).toContain('it makes images');
  });

  it.each([
    ['big.gguf', /it is big-endian/, /little-endian/],
    ['old.gguf', /GGUF version 1/, /current llama\.cpp/],
  ])('refuses %s in plain words', async (file, message, hint) => {
    const { stdout, stderr, exitCode } = await run('model', 'info', file);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(hint);
    expect(stderr).not.toContain('is damaged');
  });

  it('reads version 2 as version 3', async () => {
    await writeFile(folder.file('three.gguf'), await modelGguf());
    const { file: two, ...ofTwo } = await infoOf('two.gguf');
    const { file: three, ...ofThree } = await infoOf('three.gguf');
    expect(two).not.toBe(three);
    expect(ofTwo).toEqual(ofThree);
    expect((await readFile(folder.file('two.gguf')))[4]).toBe(2);
  });
});

describe('zosia up with a GGUF that is no language model', () => {
  it.each([
    ['vocabulary.gguf', /a vocabulary and no weights/, /GGUF of the whole model/],
    ['imatrix.gguf', /is an importance matrix/, /llama-quantize/],
    ['vector.gguf', /is a control vector/, /the model that it was made for/],
    ['adapter.gguf', /is a LoRA adapter, not a language model/, /--lora '.*adapter\.gguf'/],
    ['mmproj.gguf', /is a multimodal projector/, /--mmproj '.*mmproj\.gguf'/],
    ['encoder.gguf', /is an embedding model/, /\/v1\/embeddings/],
    ['newer.gguf', /does not know its architecture/, /newer zosia/],
    ['images.gguf', /it makes images \(its architecture is flux\)/, /generates text/],
    ['big.gguf', /is big-endian/, /little-endian/],
    ['old.gguf', /GGUF version 1/, /current llama\.cpp/],
  ])('refuses %s for the right reason, before anything is fetched', async (file, message, hint) => {
    const { stdout, stderr, exitCode } = await run('up', file, '--dry-run');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(hint);
    expect(stderr).not.toContain('is damaged');
  });
});
