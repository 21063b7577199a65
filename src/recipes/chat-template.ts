import { ZosiaError } from '../errors.js';
import { accessFile } from '../image/random-access.js';

/** No chat template comes near this. */
const MAX_TEMPLATE_BYTES = 1 << 20;

/**
 * The text of a file that holds a chat template.
 *
 * @throws ZosiaError `ZOSIA_TEMPLATE_UNUSABLE`, and those of `accessFile`
 */
export async function readChatTemplate(path: string): Promise<string> {
  const file = await accessFile(path);
  try {
    if (file.sizeBytes > MAX_TEMPLATE_BYTES)
      throw noTemplate(`${path} has ${file.sizeBytes} bytes`);
    const text = textOf(await file.read(0, file.sizeBytes));
    if (text === undefined) throw noTemplate(`${path} is no text in UTF-8`);
    if (text.trim() === '') throw noTemplate(`${path} has no text`);
    return text;
  } finally {
    await file.close();
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function noTemplate(message: string): ZosiaError {
  return new ZosiaError('ZOSIA_TEMPLATE_UNUSABLE', message, {
    hint: `A chat template is a short text in Jinja, of at most ${MAX_TEMPLATE_BYTES} bytes.`,
  });
}
