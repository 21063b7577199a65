import { openPlan } from '../../src/host/image-reader.js';
import type { Image } from '../../src/image/image.js';

/** All the bytes of a small image. */
export async function imageBytes(image: Image): Promise<Uint8Array> {
  const access = openPlan(image);
  try {
    return await access.read(0, image.sizeBytes);
  } finally {
    await access.close();
  }
}
