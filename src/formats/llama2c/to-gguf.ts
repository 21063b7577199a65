import { ZosiaError } from '../../errors.js';
import { makeImage } from '../../image/image.js';
import type { Image } from '../../image/image.js';
import type { RandomAccess } from '../../image/random-access.js';
import { sliceAccess } from '../../image/slice-access.js';
import { fileTypeNumber } from '../gguf/file-types.js';
import { FLOAT_BYTES } from '../gguf/floats.js';
import { float32, uint32 } from '../gguf/values.js';
import { accessEncoded } from '../gguf/weights.js';
import type { WeightType } from '../gguf/weights.js';
import { planGguf } from '../gguf/writer.js';
import type { TensorPlan } from '../gguf/writer.js';
import { checkpointTensor } from './checkpoint.js';
import type { Checkpoint } from './checkpoint.js';
import { convertedTensors } from './gguf-tensors.js';
import type { ConvertedTensor } from './gguf-tensors.js';
import { NORM_EPSILON, ROPE_BASE } from './run-constants.js';
import type { Tokenizer } from './tokenizer.js';
import { vocabularyMetadata } from './vocabulary.js';

export interface Llama2cGgufOptions {
  readonly checkpoint: Checkpoint;
  /** Where the checkpoint's bytes are: the file it was read from, or an image of it. */
  readonly checkpointSource: { readonly path: string } | Image;
  /** The same bytes, to be read while the GGUF is written; needed only for types other than F32. */
  readonly checkpointAccess?: RandomAccess | undefined;
  /** How matrices are stored; F32 unless given. The weights of norms always are F32. */
  readonly type?: WeightType | undefined;
  readonly tokenizer: Tokenizer;
  /** The model's name, `general.name`. */
  readonly name: string;
  /** Jinja source that turns a conversation into text. Without one the model completes text. */
  readonly chatTemplate?: string | undefined;
  /** The temperature the model is sampled at unless its user says otherwise, `general.sampling.temp`. */
  readonly temperature?: number | undefined;
}

/**
 * Plans a GGUF of the architecture "llama" from a llama2.c checkpoint. Float32 weights stay in the
 * checkpoint: tensors are ranges of it; others are encoded as they are read. Nothing is permuted, because
 * llama2.c and llama.cpp's "llama" both rotate neighbouring elements (RoPE). A shared classifier is left
 * out: llama.cpp then takes the embedding for one, as llama2.c does. The rope tables are left out too,
 * being computed.
 *
 * @throws ZosiaError `ZOSIA_CHECKPOINT_UNSUPPORTED` for int8: the values and the scales of a GGUF are
 * interleaved, so that all of it would have to be rewritten
 */
export function planLlama2cGguf(options: Llama2cGgufOptions): Image {
  const { checkpoint, tokenizer, name, chatTemplate, temperature, type = 'F32' } = options;
  const { config } = checkpoint;
  if (checkpoint.version === 2) throw int8Checkpoint(name);

  const tensors = convertedTensors(checkpoint, type).map((tensor): TensorPlan => ({
    name: tensor.name,
    dimensions: tensor.dimensions.toReversed(),
    type: tensor.type,
    data: tensorData(options, tensor),
  }));
  return planGguf({
    metadata: {
      'general.architecture': { type: 'string', value: 'llama' },
      'general.name': { type: 'string', value: name },
      'general.file_type': uint32(fileTypeNumber(type)),
      ...(temperature === undefined ? {} : { 'general.sampling.temp': float32(temperature) }),
      'llama.vocab_size': uint32(config.vocabularySize),
      'llama.context_length': uint32(config.contextLength),
      'llama.embedding_length': uint32(config.dim),
      'llama.block_count': uint32(config.layerCount),
      'llama.feed_forward_length': uint32(config.hiddenDim),
      'llama.attention.head_count': uint32(config.headCount),
      'llama.attention.head_count_kv': uint32(config.kvHeadCount),
      'llama.attention.layer_norm_rms_epsilon': float32(NORM_EPSILON),
      'llama.rope.dimension_count': uint32(config.dim / config.headCount),
      'llama.rope.freq_base': float32(ROPE_BASE),
      ...vocabularyMetadata(tokenizer),
      ...(chatTemplate === undefined
        ? {}
        : { 'tokenizer.chat_template': { type: 'string', value: chatTemplate } }),
    },
    tensors,
  });
}

function int8Checkpoint(name: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_CHECKPOINT_UNSUPPORTED',
    `the checkpoint of ${name} holds int8 weights (version 2), which are not converted`,
    {
      hint:
        'Export the model as float32 (export.py --version 0, or 1) and convert that; ' +
        'zosia image efi takes it as it is.',
    },
  );
}

/** Tensor data of one layer, or of a tensor that has no layers. */
function tensorData(
  { checkpoint, checkpointSource, checkpointAccess }: Llama2cGgufOptions,
  { origin, layer, dimensions, type }: ConvertedTensor,
): Image {
  const length = dimensions.reduce((product, count) => product * count, FLOAT_BYTES);
  const offset = checkpointTensor(checkpoint, origin).offset + layer * length;
  if (type === 'F32') {
    const source =
      'path' in checkpointSource
        ? ({ kind: 'file', path: checkpointSource.path, offset } as const)
        : ({ kind: 'image', image: checkpointSource, offset } as const);
    return makeImage(length, [{ offset: 0, length, source }]);
  }
  if (!checkpointAccess) throw new RangeError(`weights are encoded to ${type} from an access`);
  const access = accessEncoded(sliceAccess(checkpointAccess, offset, length), type);
  const source = { kind: 'access', access, offset: 0 } as const;
  return makeImage(access.sizeBytes, [{ offset: 0, length: access.sizeBytes, source }]);
}
