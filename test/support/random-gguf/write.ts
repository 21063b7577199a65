import { join } from 'node:path';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { shapeMetadata } from './metadata.js';
import { RANDOM_SHAPES } from './shapes.js';
import { randomTensors } from './tensors.js';
import { vocabularyMetadata } from './vocabulary.js';

/**
 * Writes a model of random weights, F32, into a folder. The same name gives the same bytes.
 *
 * @param name one of {@link RANDOM_SHAPES}
 * @returns its path
 */
export async function writeRandomGguf(folder: string, name: string): Promise<string> {
  const shape = RANDOM_SHAPES[name]!;
  const path = join(folder, `${name}.gguf`);
  const metadata = { ...shapeMetadata(shape), ...(await vocabularyMetadata()) };
  const seed = Buffer.from(name).reduce((hash, byte) => (hash * 31 + byte) | 0, 7);
  await writeRaw(planGguf({ metadata, tensors: randomTensors(shape, seed) }), path);
  return path;
}
