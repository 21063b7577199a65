import { describe, expect, it } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import type { FatEntry } from '../../../src/formats/fat/plan.js';
import { Findings } from '../../../src/formats/findings.js';
import type { ImageTree } from '../../../src/inspect/node.js';
import { checkLlama2cModel } from '../../../src/inspect/models/llama2c.js';
import { file } from '../../formats/fat/layouts.js';
import { TINY, legacyCheckpoint } from '../../formats/llama2c/samples.js';
import { randomCheckpoint } from '../../support/random-checkpoint.js';
import { writeVocabulary } from '../../support/llama2-tokens.js';
import { fatBytes, treeOf } from '../fat/samples.js';

const tokens = (count: number): Uint8Array =>
  writeVocabulary(Array.from({ length: count }, (_, i) => ({ text: `token ${i}`, score: -i })));

const CHECKPOINT = legacyCheckpoint();
const TOKENIZER = tokens(TINY.vocabularySize);

async function check(entries: readonly FatEntry[]) {
  const findings = new Findings();
  const tree = await treeOf(await fatBytes(entries));
  const models = await checkLlama2cModel(tree, findings);
  return { models, found: findings.problems.map(({ code, where }) => `${code} ${where}`) };
}

const settings = (text: string): FatEntry => file('/llama2.cfg', text);

describe('checkLlama2cModel', () => {
  it('finds the model by its default name, or by the settings', async () => {
    const usual = await check([
      file('/STORIES15M.BIN', CHECKPOINT),
      file('/tokenizer.bin', TOKENIZER),
    ]);
    expect(usual.found).toEqual([]);
    expect(usual.models).toEqual([
      {
        format: 'llama2c',
        path: '/stories15M.bin',
        sizeBytes: CHECKPOINT.length,
        tensorCount: 13,
        tokenizer: { path: '/tokenizer.bin', tokenCount: 6 },
      },
    ]);
    const named = await check([
      file('/models/größe.bin', CHECKPOINT),
      file('/words', TOKENIZER),
      settings('model=models/größe.bin\ntokenizer=/words\n'),
    ]);
    expect(named.found).toEqual([]);
    expect(named.models).toMatchObject([
      { path: '/models/größe.bin', tokenizer: { path: '/words' } },
    ]);
  });

  it('accepts int8 weights', async () => {
    const int8 = randomCheckpoint(
      { ...TINY, sharedClassifier: true },
      { version: 2, groupSize: 4 },
      1,
    );
    const entries = [file('/stories15M.bin', int8), file('/tokenizer.bin', TOKENIZER)];
    expect(await check(entries)).toMatchObject({ found: [], models: [{ format: 'llama2c' }] });
  });

  it('reports a missing model only if there are settings', async () => {
    expect(await check([file('/tokenizer.bin', 'x')])).toEqual({ models: [], found: [] });
    expect(await check([settings('')])).toEqual({
      models: [],
      found: ['checkpoint-missing /stories15M.bin', 'tokenizer-missing /tokenizer.bin'],
    });
    const folder: FatEntry = { type: 'directory', path: '/words' };
    const entries = [file('/m', CHECKPOINT), folder, settings('model=m\ntokenizer=words')];
    expect(await check(entries)).toEqual({ models: [], found: ['tokenizer-missing /words'] });
  });

  it.each([
    [
      'a truncated checkpoint',
      CHECKPOINT.subarray(0, -1),
      TOKENIZER,
      'checkpoint-truncated /stories15M.bin',
    ],
    [
      'a file that is no checkpoint',
      Buffer.alloc(5000, 7),
      TOKENIZER,
      'checkpoint-corrupt /stories15M.bin',
    ],
    ['a tokenizer of another model', CHECKPOINT, tokens(7), 'tokenizer-mismatch /tokenizer.bin'],
    [
      'a truncated tokenizer',
      CHECKPOINT,
      TOKENIZER.subarray(0, 20),
      'tokenizer-corrupt /tokenizer.bin',
    ],
  ])('reports %s', async (_what, model, tokenizer, finding) => {
    const entries = [file('/stories15M.bin', model), file('/tokenizer.bin', tokenizer)];
    expect(await check(entries)).toEqual({ models: [], found: [finding] });
  });

  it('reports settings that are too large, and looks for no model', async () => {
    const entries = [settings('#'.repeat((1 << 20) + 1)), file('/stories15M.bin', 'x')];
    expect(await check(entries)).toEqual({ models: [], found: ['settings-size /llama2.cfg'] });
  });

  it('reports an invalid line in the settings, and looks for no model', async () => {
    const entries = [settings('steps=3\ncolour=blue\n'), file('/stories15M.bin', 'x')];
    expect(await check(entries)).toEqual({
      models: [],
      found: ['efi-bad-settings-file /llama2.cfg'],
    });
  });

  it('throws when the image cannot be read, instead of reporting a missing model', async () => {
    for (const error of [new Error('gone'), new ZosiaError('ZOSIA_FAT_CORRUPT', 'damaged')]) {
      const tree: ImageTree = { sizeBytes: 0, lookUp: () => Promise.reject(error) };
      await expect(checkLlama2cModel(tree, new Findings())).rejects.toThrow(error);
    }
  });
});
