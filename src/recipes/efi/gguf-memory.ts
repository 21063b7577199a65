import { kvCacheBytes } from '../../formats/gguf/model-info.js';
import type { ModelInfo } from '../../formats/gguf/model-info.js';
import { templateBytes } from '../../formats/llama2c/settings/forms.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';
import { MIB } from '../../image/units.js';

/** What decides how much memory the application allocates for a GGUF. */
export interface GgufMemoryInputs {
  readonly info: Pick<
    ModelInfo,
    | 'blockCount'
    | 'contextLength'
    | 'headCount'
    | 'headCountKv'
    | 'keyLength'
    | 'valueLength'
    | 'vocabularySize'
  >;
  /** Of all its files: weights stay as they are, and so do the headers, which have the texts of the tokens. */
  readonly fileBytes: number;
  readonly contextTokens: number;
  /** Of the texts that `llama2.cfg` has: {@link settingsTextBytes}. */
  readonly textBytes?: number | undefined;
}

/** Activations, texts, and what alignment takes: more than any model takes that the machine runs. */
const WORKING_BYTES = 64 * MIB;

/** Of a token: its place in the tables that find it, and in those of sampling. */
const TOKEN_BYTES = 64;

/**
 * Of a byte of text, which is encoded at once: in byte pairs three symbols at most, and four tokens
 * (guest/engine/tokenizer/byte_pairs.c, text_encoder.h). For a line that is typed there are the working bytes.
 */
const TEXT_BYTES = 128;

/** Of a head and a position: how much the position matters to the head, for a few processors at once. */
const SCORE_BYTES = 8;

/**
 * An upper bound of the memory that the application allocates for a GGUF; the firmware's own comes on top. The cache
 * of keys and values has two bytes for each.
 */
export function ggufMemoryBytes(inputs: GgufMemoryInputs): number {
  const { info, fileBytes, contextTokens, textBytes = 0 } = inputs;
  const { headCount = 0, vocabularySize = 0 } = info;
  return (
    fileBytes +
    kvCacheBytes(info, contextTokens) +
    vocabularySize * TOKEN_BYTES +
    headCount * contextTokens * SCORE_BYTES +
    textMemoryBytes(textBytes) +
    WORKING_BYTES
  );
}

/** What texts of so many bytes add to that. */
export function textMemoryBytes(textBytes: number): number {
  return textBytes * TEXT_BYTES;
}

/** How long the prompt of a run is, with all that stands round it. */
export function settingsTextBytes(settings: EfiSettings): number {
  const { prompt, template, system } = settings;
  const { chatStart, chatSystemStart, chatSystemEnd, chatUserEnd, chatNext } = settings;
  const pieces = [chatStart, chatSystemStart, chatSystemEnd, chatUserEnd, chatNext];
  return [prompt, system, ...pieces].reduce(
    (sum, text) => sum + Buffer.byteLength(text ?? ''),
    template === undefined ? 0 : templateBytes(template),
  );
}
