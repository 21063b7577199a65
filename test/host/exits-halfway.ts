import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeOutputFile } from '../../src/host/output-file.js';

const [, , path] = process.argv;
if (path === undefined) throw new Error('usage: exits-halfway PATH');
await writeOutputFile(path, async (file) => {
  await file.writeFile('half of it');
  // The temporary file exists now, so its absence afterwards means something.
  process.exit(readdirSync(dirname(path)).length === 1 ? 3 : 4);
});
