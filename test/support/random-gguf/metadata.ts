import { float32, uint32 } from '../../../src/formats/gguf/values.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import type { RandomShape } from './shapes.js';

type Metadata = Record<string, TypedValue>;

/** The key's own name in an architecture, which stands before it in the file. */
const KEYS = {
  context_length: ({ contextLength }) => uint32(contextLength),
  embedding_length: ({ dim }) => uint32(dim),
  block_count: ({ layers }) => uint32(layers),
  feed_forward_length: ({ feedForward }) => uint32(feedForward),
  'attention.head_count': ({ heads }) => uint32(heads),
  'attention.head_count_kv': ({ kvHeads }) => uint32(kvHeads),
  'attention.layer_norm_rms_epsilon': () => float32(1e-5),
  'attention.key_length': (shape) => ownHeadDim(shape),
  'attention.value_length': (shape) => ownHeadDim(shape),
  'attention.sliding_window': ({ slidingWindow }) => slidingWindow && uint32(slidingWindow),
  'attention.sliding_window_pattern': ({ slidingPattern }) =>
    slidingPattern && uint32(slidingPattern),
  'rope.dimension_count': ({ ropeDimensions, headDim }) => uint32(ropeDimensions ?? headDim),
  'rope.freq_base': ({ ropeBase }) => float32(ropeBase),
  'rope.freq_base_swa': ({ slidingRopeBase }) => slidingRopeBase && float32(slidingRopeBase),
  'rope.scaling.type': ({ ropeScale }) => ropeScale && { type: 'string', value: 'linear' },
  'rope.scaling.factor': ({ ropeScale }) => ropeScale && float32(ropeScale),
  'rope.scaling.original_context_length': ({ longRope }) =>
    longRope && uint32(longRope.originalContext),
  'rope.scaling.attn_factor': ({ longRope }) => longRope && float32(longRope.attentionFactor),
} satisfies Record<string, (shape: RandomShape) => TypedValue | 0 | undefined>;

const ownHeadDim = ({ dim, heads, headDim }: RandomShape): TypedValue | undefined =>
  dim === heads * headDim ? undefined : uint32(headDim);

/** The metadata of a model but for its vocabulary. */
export function shapeMetadata(shape: RandomShape): Metadata {
  const { architecture } = shape;
  const metadata: Metadata = {
    'general.architecture': { type: 'string', value: architecture },
    // llama.cpp wants tokens of Phi-3's in a model whose name has that in it.
    'general.name': { type: 'string', value: 'random weights' },
  };
  for (const [key, read] of Object.entries(KEYS)) {
    const value = read(shape);
    if (value) metadata[`${architecture}.${key}`] = value;
  }
  return metadata;
}
