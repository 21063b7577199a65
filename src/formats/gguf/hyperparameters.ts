import { corrupt } from './errors.js';
import type { ScalarTypeName, TypedMetadata } from './typed-metadata.js';

/** llama.cpp: LLAMA_MAX_LAYERS. */
export const MAX_BLOCKS = 512;

/** The one architecture for which llama.cpp reads nothing of attention. */
const WITHOUT_ATTENTION = 'wavtokenizer-dec';

type Keys = Readonly<Partial<Record<ScalarTypeName, readonly string[]>>>;

/** What llama.cpp reads of every model, after the architecture's name (llama_model_base::load_hparams). */
const OF_ALL: Keys = {
  uint32: [
    'embedding_length_out',
    'expert_count',
    'expert_group_count',
    'expert_group_used_count',
    'nextn_predict_layers',
    'pooling_type',
    'classifier.pooling_type',
  ],
  bool: ['attention.causal'],
  string: ['classifier.activation'],
};

const OF_ATTENTION: Keys = {
  uint32: [
    'attention.key_length',
    'attention.value_length',
    'attention.key_length_swa',
    'attention.value_length_swa',
    'rope.dimension_count',
    'rope.dimension_count_swa',
    'rope.scaling.original_context_length',
  ],
  float32: [
    'rope.freq_base',
    'rope.scale_linear',
    'rope.scaling.factor',
    'rope.scaling.alpha',
    'rope.scaling.attn_factor',
  ],
  bool: ['rope.scaling.finetuned'],
  string: ['rope.scaling.type', 'rope.section_order'],
};

/** llama.cpp: LLAMA_ROPE_SCALING_TYPES. */
const ROPE_SCALINGS = ['none', 'linear', 'yarn', 'longrope'];

/**
 * Checks what llama.cpp reads of the hyperparameters of every model, of whatever architecture: keys that
 * it requires, types, arrays with a number per block, and the assertions about them, at which it aborts.
 *
 * @throws ZosiaError `ZOSIA_MODEL_CORRUPT`
 */
export function checkHyperparameters(
  metadata: TypedMetadata,
  architecture: string,
  name: string,
): void {
  const own = (key: string): string => `${architecture}.${key}`;
  const check = (keys: Keys): void => {
    for (const [type, ofType] of Object.entries(keys)) {
      for (const key of ofType) metadata.optional(own(key), type as ScalarTypeName);
    }
  };
  metadata.optional('general.name', 'string');
  metadata.optional('general.file_type', 'uint32');
  metadata.optional('split.count', 'uint16');
  metadata.required(own('context_length'), 'uint32');
  metadata.required(own('embedding_length'), 'uint32');
  const blocks = metadata.required(own('block_count'), 'uint32');
  if (blocks === 0 || blocks > MAX_BLOCKS) throw corrupt(name, `it has ${blocks} blocks`);
  check(OF_ALL);
  if ((metadata.optional(own('nextn_predict_layers'), 'uint32') ?? 0) > blocks) {
    throw corrupt(name, `it has more layers that predict further tokens than its ${blocks} blocks`);
  }
  checkExperts(metadata, own, blocks, name);
  if (architecture === WITHOUT_ATTENTION) return;
  for (const key of ['feed_forward_length', 'attention.head_count', 'attention.head_count_kv']) {
    metadata.perBlock(own(key), blocks);
  }
  check(OF_ATTENTION);
  const scaling = metadata.optional(own('rope.scaling.type'), 'string');
  if (scaling !== undefined && !ROPE_SCALINGS.includes(scaling)) {
    throw corrupt(
      name,
      `its ${own('rope.scaling.type')} is ${JSON.stringify(scaling.slice(0, 80))}`,
    );
  }
}

function checkExperts(
  metadata: TypedMetadata,
  own: (key: string) => string,
  blocks: number,
  name: string,
): void {
  const experts = metadata.optional(own('expert_count'), 'uint32') ?? 0;
  const used = Math.max(0, ...metadata.perBlock(own('expert_used_count'), blocks));
  if (used > experts) throw corrupt(name, `it uses ${used} of ${experts} experts`);
  if (experts > 0 && used === 0) throw corrupt(name, `it uses none of its ${experts} experts`);
  const groups = metadata.optional(own('expert_group_count'), 'uint32') ?? 0;
  if (experts === 0 && groups > 0) throw corrupt(name, 'it has groups of experts, and no experts');
}
