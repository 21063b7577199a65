import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { PREBUILT_SUMS, parseSums } from '../artifacts/guest.js';
import { sha256 } from '../image/digest.js';

/** Where the model lies that zosia brings itself. */
export const EMBEDDED_MODEL_DIRECTORY = fileURLToPath(
  new URL('../../models/zosia-tiny/', import.meta.url),
);

/** Its name, and its file's without the extension. */
export const EMBEDDED_MODEL_NAME = 'zosia-tiny';

/** What stands round a question to it, as its chat template has it for llama.cpp. */
export const EMBEDDED_MODEL_TEMPLATE = 'Q: {prompt}\nA:';

/** The temperature it is asked at: as sure of its facts as at 0, and no two stories are the same. */
export const EMBEDDED_MODEL_TEMPERATURE = 0.7;

const FILE_NAME = `${EMBEDDED_MODEL_NAME}.gguf`;

/**
 * The path of the model that zosia brings itself, checked against the SHA256SUMS beside it.
 *
 * @throws ZosiaError `ZOSIA_EMBEDDED_MODEL_DAMAGED`
 */
export async function embeddedModelPath(
  directory: string = EMBEDDED_MODEL_DIRECTORY,
): Promise<string> {
  const path = join(directory, FILE_NAME);
  const sums = parseSums((await read(join(directory, PREBUILT_SUMS))).toString('utf8'));
  if (sha256(await read(path)) === sums.get(FILE_NAME)) return path;
  throw damaged(`${path} is not the file that ${PREBUILT_SUMS} names`);
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw damaged(`${path} cannot be read (${systemErrorCode(cause) ?? 'unknown reason'})`, cause);
  }
}

function damaged(message: string, cause?: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_EMBEDDED_MODEL_DAMAGED', message, {
    hint: 'Install zosia again; in a clone, restore models/zosia-tiny with git. Or name a model.',
    cause,
  });
}
