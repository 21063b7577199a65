import { randomFillSync } from 'node:crypto';
import { planGguf } from '../src/formats/gguf/writer.js';
import { bytesSegment, makeImage } from '../src/image/image.js';
import type { Image } from '../src/image/image.js';
import { writeRaw } from '../src/image/raw-writer.js';

const MIB = 2 ** 20;
/** Random bytes, repeated: as incompressible as weights, and without a run of zeros. */
const PIECE = randomFillSync(new Uint8Array(16 * MIB));

/** Writes a GGUF with one tensor of about this size: of random bytes, or a single hole. */
export async function writeBenchModel(
  path: string,
  sizeMiB: number,
  weights: 'random' | 'hole',
): Promise<void> {
  const sizeBytes = sizeMiB * MIB;
  const data = weights === 'hole' ? makeImage(sizeBytes, []) : repeated(sizeBytes);
  const gguf = planGguf({
    metadata: { 'general.architecture': { type: 'string', value: 'llama' } },
    tensors: [{ name: 'weights', type: 'F32', dimensions: [MIB / 4, sizeMiB], data }],
  });
  await writeRaw(gguf, path);
}

function repeated(sizeBytes: number): Image {
  const count = Math.ceil(sizeBytes / PIECE.length);
  return makeImage(
    sizeBytes,
    Array.from({ length: count }, (_, index) => {
      const offset = index * PIECE.length;
      return bytesSegment(offset, PIECE.subarray(0, sizeBytes - offset));
    }),
  );
}
