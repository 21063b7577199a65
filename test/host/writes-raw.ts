import { stat } from 'node:fs/promises';
import { ZosiaError } from '../../src/errors.js';
import { makeImage } from '../../src/image/image.js';
import { writeRaw } from '../../src/host/raw-writer.js';

/** Writes a disk with one file on it, and prints the most memory this process took, in KiB. */
const [path, out] = process.argv.slice(2);
const { size } = await stat(path!);
const source = { kind: 'file', path: path!, offset: 0 } as const;
const image = makeImage(size + 4096, [{ offset: 4096, length: size, source }]);
let progress = 0;
try {
  await writeRaw(image, out!, { durable: false, onProgress: () => progress++ });
  console.log(process.resourceUsage().maxRSS);
} catch (error) {
  if (!(error instanceof ZosiaError)) throw error;
  console.error(`${error.code}: ${error.hint!}\n${progress} progress`);
  process.exitCode = 1;
}
