import { ZosiaError } from '../errors.js';
import { isGguf } from '../formats/gguf/layout.js';
import { accessFile } from '../host/access-file.js';
import type { RandomAccess } from '../image/random-access.js';

/** @throws ZosiaError `ZOSIA_CHECKPOINT_IS_GGUF` where a llama2.c checkpoint is wanted and a GGUF given */
export async function refuseGguf(file: RandomAccess, path: string): Promise<void> {
  if (!(await isGguf(file))) return;
  throw new ZosiaError('ZOSIA_CHECKPOINT_IS_GGUF', `${path} is a GGUF, not a llama2.c checkpoint`, {
    hint: 'Name a llama2.c checkpoint (.bin). A GGUF is run as it is, with the tokenizer in it: zosia up MODEL.gguf, or zosia up --machine efi MODEL.gguf',
  });
}

/** {@link refuseGguf} for a file that is not open. @throws ZosiaError as `accessFile`, too */
export async function refuseGgufAt(path: string): Promise<void> {
  const file = await accessFile(path);
  try {
    await refuseGguf(file, path);
  } finally {
    await file.close();
  }
}
