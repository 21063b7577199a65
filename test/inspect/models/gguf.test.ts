import { describe, expect, it } from 'vitest';
import { bytesData } from '../../../src/formats/ext4/plan.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import type { TensorPlan } from '../../../src/formats/gguf/writer.js';
import { Findings } from '../../../src/formats/findings.js';
import { checkGgufModels, GgufNodes } from '../../../src/inspect/models/gguf.js';
import { MODEL_METADATA, MODEL_TENSORS, modelGguf } from '../../formats/gguf/samples.js';
import { imageBytes } from '../../support/images.js';
import { splitMetadata, splitName } from '../../support/split-model.js';
import { temporaryFolder } from '../../support/temporary.js';
import { ext4, withTree } from '../samples.js';

const folder = temporaryFolder();

const gguf = (
  metadata: Readonly<Record<string, TypedValue>>,
  tensors: readonly TensorPlan[],
): Promise<Uint8Array> => imageBytes(planGguf({ metadata, tensors }));

/** The whole models on a disk with these files, and what is found wrong. */
async function check(files: Readonly<Record<string, Uint8Array>>) {
  const entries = Object.entries(files).map(([path, bytes]) => {
    return { type: 'file', path, data: bytesData(bytes) } as const;
  });
  const findings = new Findings();
  const models = await withTree(
    folder.file('disk'),
    await imageBytes(ext4(entries)),
    async (tree) => checkGgufModels(await GgufNodes.of(tree), findings),
  );
  return {
    models: models.map(({ path }) => path),
    found: findings.problems.map(({ code, where }) => `${code} ${where}`),
    messages: findings.problems.map(({ message }) => message),
  };
}

const PART_NAMES = [0, 1].map((index) => `/${splitName('m', index, 2)}`);

/** A model in two parts, the first of which has no tensors. */
async function twoParts(tensors: readonly TensorPlan[]): Promise<Record<string, Uint8Array>> {
  const own = (index: number) => splitMetadata(index, 2, tensors.length);
  return {
    [PART_NAMES[0]!]: await gguf({ ...MODEL_METADATA, ...own(0) }, []),
    [PART_NAMES[1]!]: await gguf(own(1), tensors),
  };
}

describe('checkGgufModels', () => {
  it('accepts models that llama.cpp would load, adapters and vocabularies', async () => {
    const adapter = { 'general.type': { type: 'string', value: 'adapter' } } as const;
    const files = {
      '/a/model.gguf': await modelGguf(),
      '/lora-1.gguf': await gguf(adapter, [MODEL_TENSORS[1]!]),
      '/vocabulary.gguf': await gguf(MODEL_METADATA, []),
    };
    expect(await check(files)).toMatchObject({
      models: ['/a/model.gguf', '/lora-1.gguf', '/vocabulary.gguf'],
      found: [],
    });
  });

  it('reports models that llama.cpp would refuse, with the reason', async () => {
    const tokens = { type: 'array', of: 'string', value: ['a'] } as const;
    const files = {
      '/lacking.gguf': await gguf(MODEL_METADATA, MODEL_TENSORS.slice(0, -1)),
      '/newer.gguf': await modelGguf({ 'tokenizer.ggml.model': { type: 'string', value: 'new' } }),
      '/encoder.gguf': await modelGguf({
        'general.architecture': { type: 'string', value: 'bert' },
      }),
      '/vocabulary.gguf': await gguf({ 'tokenizer.ggml.tokens': tokens }, []),
    };
    const { models, found, messages } = await check(files);
    expect(models).toEqual([]);
    expect(found.sort()).toEqual([
      'model-corrupt /encoder.gguf',
      'model-corrupt /lacking.gguf',
      'model-corrupt /vocabulary.gguf',
      'model-unsupported /newer.gguf',
    ]);
    expect(messages).toContainEqual(expect.stringMatching(/lacks the tensor blk\.0\.ffn_down/));
  });

  it('checks the parts of a split model together, and reports a problem once', async () => {
    expect(await check(await twoParts(MODEL_TENSORS))).toMatchObject({
      models: PART_NAMES,
      found: [],
    });
    expect(await check(await twoParts(MODEL_TENSORS.slice(1)))).toMatchObject({
      models: [],
      found: [`model-corrupt ${PART_NAMES[0]!}`],
    });
  });

  it('reports a missing or damaged part of a split model once', async () => {
    const parts = await twoParts(MODEL_TENSORS);
    const [first, second] = PART_NAMES as [string, string];
    expect(await check({ [second]: parts[second]! })).toMatchObject({
      models: [],
      found: [`model-part-missing ${second}`],
    });
    const cut = parts[second]!.subarray(0, -500);
    expect(await check({ ...parts, [second]: cut })).toMatchObject({
      models: [first],
      found: [`model-truncated ${second}`],
    });
  });
});
