import { ZosiaError } from '../errors.js';
import { accessFile } from '../host/access-file.js';

/** What a text is, and how long it may be. */
export interface TextKind {
  /** As in "the system prompt". */
  readonly what: string;
  readonly maxBytes: number;
}

/**
 * The text of a file in UTF-8.
 *
 * @throws ZosiaError `ZOSIA_TEXT_UNUSABLE`, and those of `accessFile`
 */
export async function readTextFile(path: string, kind: TextKind): Promise<string> {
  const file = await accessFile(path);
  try {
    checkLength(file.sizeBytes, kind, path);
    const bytes = await file.read(0, file.sizeBytes);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new ZosiaError('ZOSIA_TEXT_UNUSABLE', `${path} is no text in UTF-8`, {
        hint: `It is to hold ${kind.what}.`,
      });
    }
  } finally {
    await file.close();
  }
}

/**
 * Refuses what a guest would not take.
 *
 * @param from where it comes from, as a path
 * @throws ZosiaError `ZOSIA_TEXT_UNUSABLE`
 */
export function checkLength(sizeBytes: number, { what, maxBytes }: TextKind, from = 'it'): void {
  if (sizeBytes <= maxBytes) return;
  throw new ZosiaError(
    'ZOSIA_TEXT_UNUSABLE',
    `${what} is too long: ${from} has ${sizeBytes} bytes, and it may have ${maxBytes}`,
    { hint: 'Give a shorter one.' },
  );
}
