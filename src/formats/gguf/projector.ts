import type { BaseModel } from './base-model.js';
import type { GgufHeader } from './reader.js';

const MODALITIES = ['vision', 'audio'] as const;

/** The tensor whose dimension `index` is the length of the vectors that come out of a projector. */
interface OutputTensor {
  readonly tensor: string;
  readonly index: 0 | 1;
}

const bias = (tensor: string): OutputTensor => ({ tensor: `${tensor}.bias`, index: 0 });
const rows = (tensor: string): OutputTensor => ({ tensor: `${tensor}.weight`, index: 1 });
const columns = (tensor: string): OutputTensor => ({ tensor: `${tensor}.weight`, index: 0 });

/** By `clip.projector_type`, as in llama.cpp (clip_n_mmproj_embd, and what it loads for each). */
const KINDS: readonly (readonly [output: OutputTensor, types: string])[] = [
  [rows('mm.2'), 'mlp phi4 pixtral lightonocr dots_ocr lfm2 kimivl kimik25 paddleocr yasa2'],
  // Of qwen3vl the vectors of several layers follow one another, in the model as in the projector.
  [bias('mm.2'), 'qwen2vl_merger qwen2.5vl_merger qwen3vl_merger youtuvl'],
  [columns('mm.input_projection'), 'gemma3 gemma3nv'],
  [rows('mm.input_projection'), 'gemma4v'],
  [rows('mm.model.fc'), 'idefics3 deepseekocr llama4 step3vl hunyuanocr hunyuanvl'],
  [rows('mm.model.mlp.3'), 'internvl nemotron_v2_vl'],
  [rows('mm.down'), 'cogvlm glm4v'],
  [bias('mm.1'), 'janus_pro'],
  [bias('mm.model.mb_block.1.block.2.1'), 'ldp'],
  [bias('mm.model.peg.0'), 'ldpv2'],
  [columns('resampler.proj'), 'resampler'],
  [rows('adapter.linear.dense_4h_to_h'), 'adapter'],
  [rows('mm.a.mlp.2'), 'ultravox voxtral musicflamingo qwen3a glma'],
  [rows('mm.a.mlp.3'), 'meralion'],
  [rows('mm.a.fc'), 'qwen2a'],
];

const OUTPUTS = new Map<unknown, OutputTensor>(
  KINDS.flatMap(([output, types]) => types.split(' ').map((type) => [type, output] as const)),
);

/** An mlp that has this is another kind, of which this is the output (clip.cpp: Yi's). */
const NORMED_MLP = bias('mm.3');

/**
 * Why llama.cpp would not use a projector with a model: it has no encoder, or its vectors are not as long
 * as those of the model's tokens. Undefined when it would, and for kinds of projectors that are not known
 * here.
 */
export function projectorMisfit(projector: GgufHeader, model: BaseModel): string | undefined {
  const { metadata, tensors } = projector;
  const modalities = MODALITIES.filter(
    (which) => metadata.get(`clip.has_${which}_encoder`) === true,
  );
  if (modalities.length === 0) return 'it has neither a vision encoder nor an audio encoder';
  const { embeddingLength } = model;
  const dimensions = new Map(tensors.map(({ name, dimensions }) => [name, dimensions]));
  for (const modality of modalities) {
    const { tensor, index } = outputOf(projector, modality, dimensions) ?? { tensor: '', index: 0 };
    const length = dimensions.get(tensor)?.[index];
    if (length !== undefined && embeddingLength !== undefined && length !== embeddingLength) {
      return (
        `it makes vectors of ${length} elements (${modality}), ` +
        `and the model's have ${embeddingLength}`
      );
    }
  }
  return undefined;
}

function outputOf(
  { metadata }: GgufHeader,
  modality: (typeof MODALITIES)[number],
  dimensions: ReadonlyMap<string, unknown>,
): OutputTensor | undefined {
  const type =
    metadata.get('clip.projector_type') ?? metadata.get(`clip.${modality}.projector_type`);
  if (type === 'mlp' && dimensions.has('mm.3.weight')) return NORMED_MLP;
  // One file for images and sound: each half is a kind that there is by itself, too.
  if (type === 'qwen2.5o')
    return OUTPUTS.get(modality === 'vision' ? 'qwen2.5vl_merger' : 'qwen2a');
  return OUTPUTS.get(type);
}
