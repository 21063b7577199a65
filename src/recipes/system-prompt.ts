import { ZosiaError } from '../errors.js';
import { checkLength, readTextFile } from './text-argument.js';

/** guest/init takes 128 KiB of arguments in all (request.c). */
const KIND = { what: 'the system prompt', maxBytes: 32 << 10 };

/**
 * The text that stands before a conversation: as given, or of the file whose path follows an `@`. White space
 * round it is left out, as chat templates leave it out.
 *
 * @throws ZosiaError `ZOSIA_TEXT_UNUSABLE`, and those of `accessFile`
 */
export async function readSystemPrompt(given: string): Promise<string> {
  const text = (given.startsWith('@') ? await readTextFile(given.slice(1), KIND) : given).trim();
  checkLength(Buffer.byteLength(text), KIND);
  if (text !== '' && !text.includes('\0')) return text;
  const problem = text === '' ? 'is empty' : 'has a NUL in it';
  throw new ZosiaError('ZOSIA_TEXT_UNUSABLE', `the system prompt ${problem}`, {
    hint: 'Give a text, or @ and the path of a file with one.',
  });
}

/**
 * Whether a chat template has a place for a system prompt, as far as its text tells: it speaks of one, or goes
 * through all messages. llama.cpp drops it without a word where there is none.
 */
export function takesSystemPrompt(template: string): boolean {
  return /system/i.test(template) || /\bfor\b[^%]*\bin\b[^%]*\bmessages\b/.test(template);
}
