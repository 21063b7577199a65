import type { BaseModel } from './base-model.js';
import type { GgufHeader } from './reader.js';

/** The two factors of a change to one tensor of the model, by their dimensions. */
interface Pair {
  a?: readonly number[] | undefined;
  b?: readonly number[] | undefined;
}

const FACTOR = /^(.*)\.lora_([ab])$/s;

/** What some tools write beside the pairs, and llama.cpp passes over. */
const IGNORED = /_norm\.weight$/;

/** Its factors are the other way round: rows of it are looked up, not multiplied with. */
const EMBEDDINGS = /token_embd\.weight$/;

/**
 * Why llama.cpp would not apply a LoRA adapter to a model (llama_adapter_lora_init); undefined when it
 * would.
 */
export function adapterMisfit(adapter: GgufHeader, model: BaseModel): string | undefined {
  const { metadata, types } = adapter;
  const made = metadata.get('general.architecture');
  if (made !== model.architecture) {
    return `it is for models of the architecture ${quoted(made)}, and the model is of ${quoted(model.architecture)}`;
  }
  if (metadata.get('adapter.type') !== 'lora') {
    return `its adapter.type is ${quoted(metadata.get('adapter.type'))} instead of "lora"`;
  }
  const alphaType = types.get('adapter.lora.alpha') ?? 'float32';
  if (alphaType !== 'float32') return `its adapter.lora.alpha is of type ${alphaType}`;
  const pairs = pairsOf(adapter);
  if (typeof pairs === 'string') return pairs;
  for (const [name, pair] of pairs) {
    const misfit = pairMisfit(name, pair, model.tensors.get(name));
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}

/** The pairs by the tensors that they change, or why there are none. */
function pairsOf({ tensors }: GgufHeader): Map<string, Pair> | string {
  const pairs = new Map<string, Pair>();
  for (const { name, dimensions } of tensors) {
    const [, changed, factor] = FACTOR.exec(name) ?? [];
    if (changed !== undefined) {
      const pair = pairs.get(changed) ?? {};
      pair[factor as 'a' | 'b'] = dimensions;
      pairs.set(changed, pair);
    } else if (!IGNORED.test(name)) {
      return `its tensor ${quoted(name)} ends in neither .lora_a nor .lora_b`;
    }
  }
  return pairs;
}

function pairMisfit(
  name: string,
  { a, b }: Pair,
  changed: readonly number[] | undefined,
): string | undefined {
  if (!a || !b) return `it has one half only of what changes ${quoted(name)}`;
  if (!changed) return `the model has no tensor ${quoted(name)} for it to change`;
  const wanted = EMBEDDINGS.test(name) ? [along(b, 1), along(a, 1)] : [along(a, 0), along(b, 1)];
  if (wanted[0] !== along(changed, 0) || wanted[1] !== along(changed, 1)) {
    return (
      `it changes a tensor ${quoted(name)} of ${wanted.join(' x ')}, ` +
      `and the model's is of ${along(changed, 0)} x ${along(changed, 1)}`
    );
  }
  if (!EMBEDDINGS.test(name) && along(a, 1) !== along(b, 0)) {
    return `the ranks of what changes ${quoted(name)} are ${along(a, 1)} and ${along(b, 0)}`;
  }
  return undefined;
}

/** In ggml every tensor has four dimensions; those that are not given are 1. */
const along = (dimensions: readonly number[], index: number): number => dimensions[index] ?? 1;

const quoted = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value.slice(0, 120)) : 'not known';
