import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleAdapter, sampleProjector } from '../formats/gguf/companions.js';
import { modelGguf } from '../formats/gguf/samples.js';
import { readCompanion, readModel } from '../../src/recipes/model.js';
import type { Companion, Model } from '../../src/recipes/model.js';

/** So many bytes after the tensors make a file long enough for a VMDK to refer to, not copy. */
const TRAILING_BYTES = 200_000;

/** Writes a small model, tells it from others by its name, and opens it. */
export async function writeSampleModel(folder: string, name = 'model.gguf'): Promise<Model> {
  const metadata = { 'general.name': { type: 'string', value: name } } as const;
  const trailing = Buffer.alloc(TRAILING_BYTES, name);
  await writeFile(join(folder, name), Buffer.concat([await modelGguf(metadata), trailing]));
  return readModel(join(folder, name), folder);
}

/** Writes a projector and two adapters that go with the sample model, and opens them. */
export async function writeCompanions(
  folder: string,
): Promise<{ projector: Companion; adapters: Companion[] }> {
  await writeFile(join(folder, 'vision.gguf'), await sampleProjector());
  for (const name of ['style.gguf', 'tone.gguf']) {
    const metadata = { 'general.name': { type: 'string', value: name } } as const;
    await writeFile(join(folder, name), await sampleAdapter({ metadata }));
  }
  return {
    projector: await readCompanion('vision.gguf', 'projector', folder),
    adapters: [
      await readCompanion('style.gguf', 'adapter', folder),
      await readCompanion('tone.gguf', 'adapter', folder),
    ],
  };
}
