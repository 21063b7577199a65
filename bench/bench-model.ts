import { randomFillSync } from 'node:crypto';
import { uint32 } from '../src/formats/gguf/values.js';
import { planGguf } from '../src/formats/gguf/writer.js';
import { bytesSegment, makeImage } from '../src/image/image.js';
import type { Image } from '../src/image/image.js';
import { writeRaw } from '../src/host/raw-writer.js';
import { MODEL_METADATA, MODEL_TENSORS } from '../test/formats/gguf/samples.js';

const MIB = 2 ** 20;
const EMBEDDING = 256;
const FLOAT_BYTES = 4;
/** Random bytes, repeated: as incompressible as weights, and without a run of zeros. */
const PIECE = randomFillSync(new Uint8Array(16 * MIB));

/** Writes a model that is loadable, of about this size: of random bytes, or nothing but holes. */
export async function writeBenchModel(
  path: string,
  sizeMiB: number,
  weights: 'random' | 'hole',
): Promise<void> {
  const matrices = MODEL_TENSORS.filter(({ name }) => /ffn_(gate|up|down)/.test(name));
  const others = MODEL_TENSORS.filter((tensor) => !matrices.includes(tensor));
  const length = Math.round((sizeMiB * MIB) / (matrices.length * EMBEDDING * FLOAT_BYTES));
  const sizeBytes = length * EMBEDDING * FLOAT_BYTES;
  const data = weights === 'hole' ? makeImage(sizeBytes, []) : repeated(sizeBytes);
  const gguf = planGguf({
    metadata: { ...MODEL_METADATA, 'llama.feed_forward_length': uint32(length) },
    tensors: [
      ...others,
      ...matrices.map(({ name, type }) => {
        const dimensions = name.includes('down') ? [length, EMBEDDING] : [EMBEDDING, length];
        return { name, type, dimensions, data };
      }),
    ],
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
