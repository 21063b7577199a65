import { basename } from 'node:path';
import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import { readCheckpoint } from '../formats/llama2c/checkpoint.js';
import { otherwiseStoredCount } from '../formats/llama2c/gguf-tensors.js';
import type { WeightType } from '../formats/gguf/weights.js';
import { planLlama2cGguf } from '../formats/llama2c/to-gguf.js';
import { readTokenizer } from '../formats/llama2c/tokenizer.js';
import { accessFile } from '../host/access-file.js';
import { writeRaw } from '../host/raw-writer.js';
import { readChatTemplate } from './chat-template.js';
import { refuseGguf } from './refuse-gguf.js';
import { refuseOverwriting } from './refuse-overwriting.js';

export interface ConvertOptions {
  /** Path of a llama2.c checkpoint. */
  readonly checkpoint: string;
  readonly tokenizer: string;
  /** Path of the GGUF to write. */
  readonly out: string;
  /** The model's name; the checkpoint's file name without its ending unless given. */
  readonly name?: string | undefined;
  /** Path of a Jinja template that turns a conversation into text. */
  readonly chatTemplate?: string | undefined;
  /** What it is sampled at unless its user says otherwise. */
  readonly temperature?: number | undefined;
  /** How matrices are stored; F32, as in the checkpoint, unless given. */
  readonly type?: WeightType | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ConvertedModel {
  readonly sizeBytes: number;
  /** Matrices with rows that are no whole number of the type's blocks: those are F16. */
  readonly otherwiseStoredCount: number;
}

/**
 * Writes a llama2.c checkpoint and its tokenizer as one GGUF. The two are checked against each other
 * before anything is written.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_NAMED`, `ZOSIA_OUTPUT_IS_INPUT`, `ZOSIA_CHECKPOINT_IS_GGUF`,
 * `ZOSIA_TEMPLATE_UNUSABLE`; as `readCheckpoint`, `readTokenizer` and `writeRaw`
 */
export async function convertLlama2c(options: ConvertOptions): Promise<ConvertedModel> {
  const { checkpoint: path, out, type = 'F32', temperature, signal } = options;
  const { name = basename(path).replace(/\.bin$/, '') } = options;
  if (name.trim() === '') {
    throw new ZosiaError('ZOSIA_MODEL_NOT_NAMED', "the model's name is empty", {
      hint: wording`Without ${option('name')} it is named like its checkpoint.`,
    });
  }
  const inputs = [path, options.tokenizer, options.chatTemplate];
  await refuseOverwriting(
    inputs.filter((input) => input !== undefined),
    [out],
  );
  const checkpointFile = await accessFile(path);
  try {
    await refuseGguf(checkpointFile, path);
    const checkpoint = await readCheckpoint(checkpointFile, path);
    const chatTemplate =
      options.chatTemplate === undefined ? undefined : await readChatTemplate(options.chatTemplate);
    const tokenizerFile = await accessFile(options.tokenizer);
    try {
      const { vocabularySize } = checkpoint.config;
      const tokenizer = await readTokenizer(tokenizerFile, vocabularySize, options.tokenizer);
      const image = planLlama2cGguf({
        checkpoint,
        checkpointSource: { path },
        checkpointAccess: checkpointFile,
        type,
        tokenizer,
        name,
        chatTemplate,
        temperature,
      });
      await writeRaw(image, out, { signal });
      const { sizeBytes } = image;
      return { sizeBytes, otherwiseStoredCount: otherwiseStoredCount(checkpoint, type) };
    } finally {
      await tokenizerFile.close();
    }
  } finally {
    await checkpointFile.close();
  }
}
