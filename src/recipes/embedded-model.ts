import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ZosiaError } from '../errors.js';
import { readSum, readSummedFile } from '../artifacts/summed-file.js';

/** Where the built-in model lies. */
export const EMBEDDED_MODEL_DIRECTORY = fileURLToPath(
  new URL('../../models/zosia-tiny/', import.meta.url),
);

/** Its name, and its file's without the extension. */
export const EMBEDDED_MODEL_NAME = 'zosia-tiny';

/** What stands round a question to it, as its chat template has it for llama.cpp. */
export const EMBEDDED_MODEL_TEMPLATE = 'Q: {prompt}\nA:';

const FILE_NAME = `${EMBEDDED_MODEL_NAME}.gguf`;

/**
 * The path of the built-in model, checked against the SHA256SUMS beside it.
 *
 * @throws ZosiaError `ZOSIA_EMBEDDED_MODEL_DAMAGED`
 */
export async function embeddedModelPath(
  directory: string = EMBEDDED_MODEL_DIRECTORY,
): Promise<string> {
  await readSummedFile(directory, FILE_NAME, damaged);
  return join(directory, FILE_NAME);
}

/** Its sha256, as the SHA256SUMS beside it has it. @throws ZosiaError `ZOSIA_EMBEDDED_MODEL_DAMAGED` */
export const embeddedModelDigest = (): Promise<string> =>
  readSum(EMBEDDED_MODEL_DIRECTORY, FILE_NAME, damaged);

function damaged(message: string, cause?: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_EMBEDDED_MODEL_DAMAGED', message, {
    hint: 'Install zosia again; in a clone, restore models/zosia-tiny with git. Or name a model.',
    cause,
  });
}
