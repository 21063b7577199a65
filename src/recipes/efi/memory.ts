import type { Checkpoint } from '../../formats/llama2c/checkpoint.js';
import { FLOAT_BYTES } from '../../formats/gguf/floats.js';
import { templateBytes } from '../../formats/llama2c/settings/forms.js';
import { DEFAULT_EFI_SETTINGS } from '../../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';
import { endOf } from '../../formats/llama2c/config.js';

/** What decides how much memory the llama2 application allocates. */
export interface EfiMemoryInputs {
  readonly checkpoint: Checkpoint;
  readonly tokenizerBytes: number;
  /** Of the prompt, in UTF-8. */
  readonly promptBytes?: number | undefined;
  /** What the template adds to a prompt. */
  readonly templateBytes?: number | undefined;
}

/** How long the text of a run is, as {@link EfiMemoryInputs} has it. */
export function textSizes({
  prompt = '',
  template = DEFAULT_EFI_SETTINGS.template,
}: Pick<EfiSettings, 'prompt' | 'template'>): Pick<
  EfiMemoryInputs,
  'promptBytes' | 'templateBytes'
> {
  return { promptBytes: Buffer.byteLength(prompt), templateBytes: templateBytes(template) };
}

/** guest/engine/base/arena.h, ARENA_ALIGNMENT. */
const ALIGNMENT_BYTES = 64;

/** The longest line that can be typed; what chat mode puts round it, and the end of a string (guest/engine/generation/turn.c). */
const LINE_BYTES = 4 * 8192;
const CHAT_FORM_BYTES = 64;

/** Positions that are computed together: guest/engine/transformer/transformer.h, BATCH_MAX. */
const BATCH = 16;
/** Elements that share a scale, or a sum, in the forms that vectors take: guest/engine/products/forms.c. */
const RUN = 32;
const SUM_RUN = 16;

/** struct layer, struct token_piece, struct encoder_symbol and struct candidate of guest/engine; an id of a token. */
const LAYER_BYTES = 480;
const PIECE_BYTES = 16;
const SYMBOL_BYTES = 16;
const CANDIDATE_BYTES = 8;
const TOKEN_BYTES = 4;

/**
 * The memory that the llama2 application allocates: the weights, the tokenizer, and the state of the
 * model, most of which is the cache of keys and values of its whole context. It is what
 * guest/efi/app/session.c adds up; the firmware's own comes on top.
 */
export function efiMemoryBytes(inputs: EfiMemoryInputs): number {
  const { checkpoint, tokenizerBytes } = inputs;
  const weightsBytes = endOf(checkpoint.tensors) - checkpoint.headerBytes;
  return weightsBytes + tokenizerBytes + stateBytes(inputs);
}

/** All that lies beside the weights and the tokenizer. */
export function stateBytes(inputs: EfiMemoryInputs): number {
  const { checkpoint, promptBytes = 0, templateBytes = 0 } = inputs;
  const { dim, hiddenDim, headCount, kvHeadCount, layerCount } = checkpoint.config;
  const { vocabularySize, contextLength } = checkpoint.config;
  const headDim = dim / headCount;
  const kvDim = headDim * kvHeadCount;
  const textBytes = Math.max(promptBytes, LINE_BYTES) + CHAT_FORM_BYTES + templateBytes;
  const floats = (count: number): number => aligned(count * FLOAT_BYTES);
  return [
    aligned(layerCount * LAYER_BYTES),
    // The tokenizer: pieces, and the table that finds them.
    aligned(vocabularySize * PIECE_BYTES),
    aligned(tableSize(vocabularySize) * TOKEN_BYTES),
    // A text can become two tokens more than it has bytes; a turn has one more than that.
    aligned((textBytes + 2) * SYMBOL_BYTES),
    aligned(textBytes),
    aligned((textBytes + 3) * TOKEN_BYTES),
    aligned(contextLength * TOKEN_BYTES),
    // Sampling.
    aligned(vocabularySize * CANDIDATE_BYTES),
    floats(vocabularySize),
    // A batch of tokens on its way through the layers.
    ...[dim, dim, hiddenDim].map((size) => vectorsBytes(size, checkpoint)),
    ...[dim, hiddenDim, dim, kvDim, kvDim, dim].map((size) => floats(BATCH * size)),
    floats(headCount * contextLength),
    // Keys and values.
    2 * cacheBytes(checkpoint),
    // Rotary embedding, in two kinds of layers; and its frequencies.
    4 * floats((BATCH * headDim) / 2),
    floats(headDim / 2),
  ].reduce((sum, bytes) => sum + bytes);
}

/** A batch of vectors in every form: guest/engine/products/forms.c, vectors_take. */
function vectorsBytes(size: number, { tensors }: Checkpoint): number {
  const type = tensors.find(({ name }) => name === 'wq')!.type;
  const run = type.kind === 'float32' ? RUN : Math.min(RUN, type.groupSize);
  const count = BATCH * size;
  const runs = (length: number): number => Math.floor(count / length) + 1;
  return [
    2 * aligned(count * FLOAT_BYTES),
    aligned(count),
    aligned(runs(run) * FLOAT_BYTES),
    aligned(runs(RUN) * FLOAT_BYTES),
    aligned(runs(SUM_RUN) * Int16Array.BYTES_PER_ELEMENT),
  ].reduce((sum, bytes) => sum + bytes);
}

/** The keys, or the values, of all positions in all layers. */
function cacheBytes({ config }: Checkpoint): number {
  const { dim, headCount, kvHeadCount, layerCount, contextLength } = config;
  const kvDim = (dim / headCount) * kvHeadCount;
  return aligned(layerCount * contextLength * kvDim * FLOAT_BYTES);
}

/** The tokenizer's hash table: a power of two, and at least twice as large as the vocabulary. */
function tableSize(vocabularySize: number): number {
  return Math.max(4, 2 ** Math.ceil(Math.log2(2 * vocabularySize)));
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}
