import { ZosiaError } from '../../errors.js';

const DOWNLOAD_AGAIN = 'Download the file again; compare its size with the one its page states.';

/** The model's bytes contradict each other. */
export function corrupt(name: string, what: string): ZosiaError {
  return new ZosiaError('ZOSIA_MODEL_CORRUPT', `${name} is damaged: ${what}`, {
    hint: DOWNLOAD_AGAIN,
  });
}

/** The file ends before the model does. `neededBytes` is how long it would have to be, at least. */
export function truncated(
  name: string,
  sizeBytes: number,
  neededBytes: number,
  where: string,
): ZosiaError {
  return new ZosiaError(
    'ZOSIA_MODEL_TRUNCATED',
    `${name} is cut short: it has ${sizeBytes} bytes, and ${where} needs ${neededBytes}`,
    { hint: DOWNLOAD_AGAIN },
  );
}

/** A model that is whole, but of a kind that llama.cpp does not read (any more, or yet). */
export function unsupported(name: string, what: string, hint: string): ZosiaError {
  return new ZosiaError('ZOSIA_MODEL_UNSUPPORTED', `${name} cannot be used: ${what}`, { hint });
}

/** Something else than a GGUF. */
export function notGguf(name: string, what: string, hint: string): ZosiaError {
  return new ZosiaError('ZOSIA_MODEL_NOT_GGUF', `${name} is not a GGUF: ${what}`, { hint });
}
