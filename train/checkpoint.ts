import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { ZosiaError, systemErrorCode } from '../src/errors.js';
import { writeOutput } from '../src/image/output-file.js';
import type { Position } from './data.js';
import type { Kernel, KernelArray } from './kernel.js';
import { parameterCount } from './model/shape.js';
import type { ModelShape } from './model/shape.js';
import type { Recipe } from './recipe.js';

/** What a run has to know to go on where it was. */
export interface Progress {
  /** Steps that were made. */
  readonly step: number;
  readonly position: Position;
  readonly losses: readonly LossPoint[];
  /** Time that all of the steps took. */
  readonly seconds: number;
  readonly tokens: number;
}

export interface LossPoint {
  readonly step: number;
  /** Mean since the point before. */
  readonly training: number;
  readonly validation: number;
}

/** What a run is made from: with another recipe, or another text, it is another run. */
export interface Run {
  readonly recipe: Recipe;
  readonly corpusSha256: string;
}

/** May change while the learning rate does not fall yet. */
const CHANGEABLE: readonly string[] = ['stepCount', 'decaySteps'] satisfies (keyof Recipe)[];

interface Header {
  /** Without what is {@link CHANGEABLE}. */
  readonly recipe: Partial<Recipe>;
  readonly corpusSha256: string;
  readonly progress: Progress;
}

/** The kernel's arrays in the order of the file. */
const STATE: readonly KernelArray[] = ['parameters', 'means', 'squares'];

/** Writes a run's state, whole or not at all: a line of JSON, then the kernel's arrays in float32. */
export async function saveCheckpoint(
  path: string,
  kernel: Kernel,
  { recipe, corpusSha256 }: Run,
  progress: Progress,
): Promise<void> {
  const header: Header = { recipe: lasting(recipe), corpusSha256, progress };
  const parts: Uint8Array[] = [Buffer.from(`${JSON.stringify(header)}\n`)];
  for (const array of STATE) {
    const { buffer, byteOffset, byteLength } = await kernel.read(array);
    parts.push(new Uint8Array(buffer, byteOffset, byteLength));
  }
  await writeOutput(path, Buffer.concat(parts));
}

/**
 * Gives a kernel the state of a run, and says how far that was. Undefined where there is no run.
 *
 * @throws ZosiaError `ZOSIA_TRAINING_OTHER_RUN` for one of another recipe or on another text,
 * `ZOSIA_TRAINING_STATE_UNREADABLE` for what is there but cannot be read
 */
export async function loadCheckpoint(
  path: string,
  kernel: Kernel,
  run: Run,
): Promise<Progress | undefined> {
  const file = await readState(path);
  if (!file) return undefined;
  const header = headerOf(path, file);
  const difference = differenceOf(header, run);
  if (difference !== undefined) {
    throw new ZosiaError(
      'ZOSIA_TRAINING_OTHER_RUN',
      `${path} is of a run with another ${difference}`,
      { hint: 'Remove it to begin anew, or choose another folder (--out).' },
    );
  }
  const arrays = arraysOf(path, file, run.recipe.shape);
  for (const [i, array] of STATE.entries()) await kernel.write(array, arrays[i]!);
  return header.progress;
}

/**
 * The parameters that a run has come to.
 *
 * @throws ZosiaError `ZOSIA_TRAINING_STATE_UNREADABLE`
 */
export async function readParameters(path: string, shape: ModelShape): Promise<Float32Array> {
  const file = await readState(path);
  if (!file) throw unreadable(path, 'there is no such file');
  return arraysOf(path, file, shape)[STATE.indexOf('parameters')]!;
}

async function readState(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
}

/** Up to the end of the first line. */
const headerBytesOf = (file: Buffer): number => file.indexOf('\n') + 1;

function headerOf(path: string, file: Buffer): Header {
  let header: Partial<Header>;
  try {
    header = JSON.parse(file.toString('utf8', 0, headerBytesOf(file))) as Partial<Header>;
  } catch {
    throw unreadable(path, 'it does not begin with a line of JSON');
  }
  const { recipe, corpusSha256, progress } = header;
  if (recipe && corpusSha256 !== undefined && progress) return { recipe, corpusSha256, progress };
  throw unreadable(path, 'it does not say which run it is of');
}

/** In the order of {@link STATE}. */
function arraysOf(path: string, file: Buffer, shape: ModelShape): Float32Array[] {
  const count = parameterCount(shape);
  const sizeBytes = Float32Array.BYTES_PER_ELEMENT * count;
  const values = Uint8Array.from(file.subarray(headerBytesOf(file)));
  if (values.length !== STATE.length * sizeBytes) {
    const expected = `${STATE.length} arrays of ${count} parameters`;
    throw unreadable(path, `its ${values.length} bytes are not ${expected}`);
  }
  return STATE.map((_, i) => new Float32Array(values.buffer, i * sizeBytes, count));
}

const lasting = (recipe: Recipe): Partial<Recipe> =>
  Object.fromEntries(Object.entries(recipe).filter(([key]) => !CHANGEABLE.includes(key)));

/** What is not the same: a property of the recipe, or the text. */
function differenceOf(header: Header, { recipe, corpusSha256 }: Run): string | undefined {
  const theirs = new Map(Object.entries(header.recipe));
  const other = Object.entries(lasting(recipe)).find(
    ([key, value]) => !isDeepStrictEqual(value, theirs.get(key)),
  );
  if (other) return other[0];
  return header.corpusSha256 === corpusSha256 ? undefined : 'text';
}

function unreadable(path: string, reason: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_TRAINING_STATE_UNREADABLE',
    `${path} is no state of a training that can be read: ${reason}`,
    { hint: 'Remove it to begin anew, or choose another folder.' },
  );
}
