import { checkGguf } from '../formats/gguf/check.js';
import { planLlama2cPair } from '../formats/llama2c/from-gguf.js';
import { accessFile } from '../host/access-file.js';
import { writeRaw } from '../host/raw-writer.js';
import { refuseOverwriting } from './refuse-overwriting.js';

export interface ConvertGgufOptions {
  /** Path of a GGUF of the architecture llama, as llama2.c computes it. */
  readonly gguf: string;
  /** Path of the checkpoint to write. */
  readonly out: string;
  /** How its matrices are stored; float32 unless given. */
  readonly type?: 'float32' | 'int8' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The tokenizer's place, beside its checkpoint. */
export const tokenizerPathOf = (checkpoint: string): string =>
  `${checkpoint.replace(/\.bin$/, '')}-tokenizer.bin`;

/**
 * Writes a GGUF as a checkpoint of llama2.c, and its tokenizer beside that.
 *
 * @returns what was written
 * @throws ZosiaError `ZOSIA_OUTPUT_IS_INPUT`, and those of `checkGguf`, `planLlama2cPair` and `writeRaw`
 */
export async function convertGguf({
  gguf,
  out,
  type,
  signal,
}: ConvertGgufOptions): Promise<{ readonly path: string; readonly sizeBytes: number }[]> {
  const tokenizerPath = tokenizerPathOf(out);
  await refuseOverwriting([gguf], [out, tokenizerPath]);
  const file = await accessFile(gguf);
  try {
    const header = await checkGguf(file, gguf);
    const { checkpoint, tokenizer } = planLlama2cPair(header, file, gguf, type);
    await writeRaw(checkpoint, out, { signal });
    // Small, and what belongs to it is in its place: an interruption waits.
    await writeRaw(tokenizer, tokenizerPath);
    return [
      { path: out, sizeBytes: checkpoint.sizeBytes },
      { path: tokenizerPath, sizeBytes: tokenizer.sizeBytes },
    ];
  } finally {
    await file.close();
  }
}
