import type { TypedValue } from '../../../src/formats/gguf/values.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import type { TensorPlan } from '../../../src/formats/gguf/writer.js';
import { imageBytes } from '../../support/images.js';

/** What differs from a companion that fits the sample model. */
export interface CompanionChanges {
  /** Added, or in the place of what there was; undefined takes away. */
  readonly metadata?: Readonly<Record<string, TypedValue | undefined>>;
  /** The dimensions of F32 tensors by their names; undefined takes away. */
  readonly tensors?: Readonly<Record<string, readonly number[] | undefined>>;
}

const text = (value: string): TypedValue => ({ type: 'string', value });

async function companion(
  metadata: NonNullable<CompanionChanges['metadata']>,
  tensors: NonNullable<CompanionChanges['tensors']>,
): Promise<Buffer> {
  const given = Object.entries(metadata).filter(([, value]) => value !== undefined);
  const plans = Object.entries(tensors).flatMap(([name, dimensions]): TensorPlan[] => {
    if (!dimensions) return [];
    const elements = dimensions.reduce((product, length) => product * length, 1);
    return [{ name, dimensions, type: 'F32', data: new Uint8Array(4 * elements) }];
  });
  const image = planGguf({
    metadata: Object.fromEntries(given) as Record<string, TypedValue>,
    tensors: plans,
  });
  return Buffer.from(await imageBytes(image));
}

/** A LoRA adapter of rank 2 for the sample model. */
export function sampleAdapter({ metadata, tensors }: CompanionChanges = {}): Promise<Buffer> {
  return companion(
    {
      'general.type': text('adapter'),
      'general.architecture': text('llama'),
      'adapter.type': text('lora'),
      'adapter.lora.alpha': { type: 'float32', value: 4 },
      ...metadata,
    },
    {
      'token_embd.weight.lora_a': [2, 4],
      'token_embd.weight.lora_b': [2, 256],
      'output_norm.weight.lora_a': [256, 2],
      'output_norm.weight.lora_b': [2, 1],
      ...tensors,
    },
  );
}

/** A projector for the sample model. */
export function sampleProjector({ metadata, tensors }: CompanionChanges = {}): Promise<Buffer> {
  return companion(
    {
      'general.type': text('mmproj'),
      'general.architecture': text('clip'),
      'clip.has_vision_encoder': { type: 'bool', value: true },
      'clip.projector_type': text('mlp'),
      // The encoder's own, which has nothing to do with the model (LLaVA's are 768, and 4096 the model's).
      'clip.vision.projection_dim': { type: 'uint32', value: 768 },
      ...metadata,
    },
    { 'mm.0.weight': [6, 8], 'mm.2.weight': [8, 256], 'mm.2.bias': [256], ...tensors },
  );
}
