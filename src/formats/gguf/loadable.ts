import { ARCHITECTURES } from './architectures.js';
import { corrupt, unsupported } from './errors.js';
import type { ValueTypeName } from './layout.js';
import type { GgufHeader } from './reader.js';

/** llama.cpp: LLAMA_MAX_LAYERS. */
const MAX_BLOCKS = 512;

/** What llama.cpp wants of every model (llama_model_base::load_hparams), after the architecture's name. */
const REQUIRED = ['context_length', 'embedding_length', 'block_count'] as const;

/** What it reads when it is there, and then of no other type. */
const OPTIONAL: readonly (readonly [key: string, type: ValueTypeName])[] = [
  ['expert_count', 'uint32'],
  ['attention.causal', 'bool'],
  ['rope.freq_base', 'float32'],
  ['rope.scaling.factor', 'float32'],
  ['rope.scaling.type', 'string'],
  ['rope.scaling.original_context_length', 'uint32'],
];

/**
 * Checks that the pinned llama.cpp knows a model's architecture and would take the hyperparameters that it
 * wants of any. What it wants of each architecture by itself (its tensors and their shapes) is left to it.
 *
 * @throws ZosiaError `ZOSIA_MODEL_UNSUPPORTED`, `ZOSIA_MODEL_CORRUPT`
 */
export function checkLoadable({ metadata, types }: GgufHeader, name: string): void {
  const require = (key: string, type: ValueTypeName): void => {
    const found = types.get(key);
    if (found === undefined) throw corrupt(name, `its metadata lacks ${key}`);
    if (found !== type) throw corrupt(name, `its ${key} is of type ${found} instead of ${type}`);
  };
  require('general.architecture', 'string');
  const architecture = metadata.get('general.architecture') as string;
  if (!ARCHITECTURES.has(architecture)) {
    throw unsupported(
      name,
      `llama.cpp does not know its architecture, ${JSON.stringify(architecture.slice(0, 80))}`,
      'It may be damaged, or newer than the llama.cpp that zosia comes with: get a newer zosia.',
    );
  }
  for (const key of REQUIRED) require(`${architecture}.${key}`, 'uint32');
  const blocks = metadata.get(`${architecture}.block_count`) as number;
  if (blocks === 0 || blocks > MAX_BLOCKS) throw corrupt(name, `it has ${blocks} blocks`);
  if (types.has('general.name')) require('general.name', 'string');
  for (const [key, type] of OPTIONAL) {
    if (types.has(`${architecture}.${key}`)) require(`${architecture}.${key}`, type);
  }
}
