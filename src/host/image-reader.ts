import { accessImage } from '../image/access-image.js';
import { closable } from '../image/closable.js';
import type { Image } from '../image/image.js';
import type { OpenRandomAccess } from '../image/random-access.js';
import { accessFile } from './access-file.js';
import type { OpenFile } from './access-file.js';
import { becameShorter } from './file-errors.js';
import { checkStamp } from './file-stamp.js';

/**
 * Reads an image that was never written: bytes come from memory and from the files the plan names,
 * which are opened when first needed and stay open until `close`. A read fails with
 * `ZOSIA_FILE_NOT_FOUND` or `ZOSIA_FILE_CHANGED` when a file is gone, shorter than planned, or not the
 * one its source expects.
 */
export function openPlan(image: Image): OpenRandomAccess {
  const files = new Map<string, Promise<OpenFile>>();

  const openOnce = (path: string): Promise<OpenFile> => {
    let file = files.get(path);
    if (!file) files.set(path, (file = accessFile(path)));
    return file;
  };

  const access = accessImage(image, async ({ path, offset, expect }, skip, length) => {
    const file = await openOnce(path);
    if (expect) checkStamp(path, file.stamp, expect);
    if (offset + skip + length > file.sizeBytes) throw becameShorter(path);
    return file.read(offset + skip, length);
  });

  return {
    ...access,
    ...closable(async () => {
      for (const file of await Promise.allSettled(files.values())) {
        if (file.status === 'fulfilled') await file.value.close();
      }
    }),
  };
}
