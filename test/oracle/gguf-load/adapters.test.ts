import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { adapterMisfit } from '../../../src/formats/gguf/adapter.js';
import { baseModelOf } from '../../../src/formats/gguf/base-model.js';
import { readGguf } from '../../../src/formats/gguf/reader.js';
import type { GgufHeader } from '../../../src/formats/gguf/reader.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { sampleAdapter } from '../../formats/gguf/companions.js';
import type { CompanionChanges } from '../../formats/gguf/companions.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { temporaryFolder } from '../../support/temporary.js';
import { NativeLlama, WHERE_LLAMA_RUNS } from './native-llama.js';

const text = (value: string) => ({ type: 'string', value }) as const;

describe('the pinned llama.cpp with adapters', WHERE_LLAMA_RUNS, () => {
  const folder = temporaryFolder();
  let llama: NativeLlama;
  let bytes = Buffer.alloc(0);
  let model: GgufHeader;
  beforeAll(async () => {
    llama = await NativeLlama.install(folder.path);
    bytes = await readFile(EMBEDDED_MODEL);
    model = await readGguf(accessBytes(bytes));
  });

  /** What differs from an adapter of rank 2 for the embeddings and one matrix of the model. */
  function changes(): (readonly [name: string, CompanionChanges])[] {
    const matrix = 'blk.0.ffn_up.weight';
    const dimensionsOf = (name: string): readonly [number, number] => {
      const { dimensions } = model.tensors.find((tensor) => tensor.name === name)!;
      return [dimensions[0]!, dimensions[1]!];
    };
    const [columns, rows] = dimensionsOf(matrix);
    const [length, vocabulary] = dimensionsOf('token_embd.weight');
    const a = `${matrix}.lora_a`;
    const b = `${matrix}.lora_b`;
    const base = {
      'output_norm.weight.lora_a': undefined,
      'output_norm.weight.lora_b': undefined,
      'token_embd.weight.lora_a': [2, vocabulary],
      'token_embd.weight.lora_b': [2, length],
      [a]: [columns, 2],
      [b]: [2, rows],
    };
    const architecture = text(model.metadata.get('general.architecture') as string);
    const metadata = { 'general.architecture': architecture };
    const tensors = (changed: CompanionChanges['tensors']) => ({
      metadata,
      tensors: { ...base, ...changed },
    });
    const described = (changed: CompanionChanges['metadata']) => ({
      metadata: { ...metadata, ...changed },
      tensors: base,
    });
    return [
      ['as it should be', tensors({})],
      ['of rank 3', tensors({ [a]: [columns, 3], [b]: [3, rows] })],
      ['norms beside', tensors({ 'blk.0.attn_norm.weight': [5] })],
      ['no alpha', described({ 'adapter.lora.alpha': undefined })],
      ['alpha of another type', described({ 'adapter.lora.alpha': { type: 'uint32', value: 1 } })],
      ['another architecture', described({ 'general.architecture': text('gemma3') })],
      ['an unknown architecture', described({ 'general.architecture': text('no-such') })],
      ['no architecture', described({ 'general.architecture': undefined })],
      ['another kind', described({ 'adapter.type': text('ia3') })],
      ['no kind', described({ 'adapter.type': undefined })],
      ['half a pair', tensors({ [b]: undefined })],
      ['columns', tensors({ [a]: [columns + 1, 2] })],
      ['rows', tensors({ [b]: [2, rows + 1] })],
      ['ranks', tensors({ [a]: [columns, 3] })],
      ['length of embeddings', tensors({ 'token_embd.weight.lora_b': [2, length + 1] })],
      ['vocabulary', tensors({ 'token_embd.weight.lora_a': [2, vocabulary + 1] })],
      ['ranks of embeddings', tensors({ 'token_embd.weight.lora_a': [3, vocabulary] })],
      ['a tensor that is not there', tensors({ 'x.lora_a': [2, 2], 'x.lora_b': [2, 2] })],
      ['a whole tensor', tensors({ 'x.weight': [2, 2] })],
      ['a whole tensor of the model', tensors({ [matrix]: [columns, rows] })],
    ];
  }

  it('accepts exactly those that zosia accepts', async () => {
    const all = await Promise.all(
      changes().map(async ([name, change]) => [name, await sampleAdapter(change)] as const),
    );
    const header = bytes.subarray(0, model.headerBytes);
    const verdicts = await llama.load(
      all.map(([, adapter]) => ({ header, fileBytes: bytes.length, adapter })),
    );
    const theirs = all.map(([name], index) => [name, verdicts[index]!.kind === 'ok']);
    const base = baseModelOf([model]);
    const ours = await Promise.all(
      all.map(async ([name, adapter]) => {
        const found = adapterMisfit(await readGguf(accessBytes(adapter)), base);
        return [name, found === undefined];
      }),
    );
    expect(ours).toEqual(theirs);
    expect(theirs.filter(([, takes]) => takes)).toHaveLength(5);
  });
});
