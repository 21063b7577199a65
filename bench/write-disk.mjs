// Writes a model's zero-copy disk with the built library, and prints how long that alone took: what is
// left of the command's time is Node's start, loading code, and looking at the model.
import { readModel, writeModelDisk } from '../dist/library/recipes.js';

const [path, out] = process.argv.slice(2);
const model = await readModel(path, '.');
const start = performance.now();
await writeModelDisk(model, { format: 'vmdk', out });
process.stdout.write(String(performance.now() - start));
