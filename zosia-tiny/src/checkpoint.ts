import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { ZosiaError } from 'zosia';
import { writeOutput } from 'zosia/host';
import type { Position } from './data.js';
import type { Kernel, KernelArray } from './kernel.js';
import { parameterCount } from './model/shape.js';
import type { ModelShape } from './model/shape.js';
import { sharesSteps } from './recipe.js';
import type { Arithmetic, Recipe } from './recipe.js';

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

/** What a run is made from: with anything else it is another run, which comes to other weights. */
export interface Run {
  readonly recipe: Recipe;
  readonly corpusSha256: string;
  readonly arithmetic: Arithmetic;
}

/** May change as long as the steps that were made stay what they were. */
const CHANGEABLE: readonly string[] = ['stepCount', 'decaySteps'] satisfies (keyof Recipe)[];

interface Header extends Run {
  readonly progress: Progress;
}

/** What of a kernel has to do with its state. */
export type KernelMemory = Pick<Kernel, 'read' | 'write'>;

/** The kernel's arrays in the order of the file. */
const STATE: readonly KernelArray[] = ['parameters', 'means', 'squares'];

/** Writes a run's state, whole or not at all: a line of JSON, then the kernel's arrays in float32. */
export async function saveCheckpoint(
  path: string,
  kernel: KernelMemory,
  { recipe, corpusSha256, arithmetic }: Run,
  progress: Progress,
): Promise<void> {
  const header: Header = { recipe, corpusSha256, arithmetic, progress };
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
 * @throws ZosiaError `ZOSIA_TRAINING_OTHER_RUN` for one that was made from anything else, or with other
 * learning rates; `ZOSIA_TRAINING_STATE_UNREADABLE` for what is there but cannot be read, or does not
 * say all that its run was made from
 */
export async function loadCheckpoint(
  path: string,
  kernel: KernelMemory,
  run: Run,
): Promise<Progress | undefined> {
  const file = await readState(path);
  if (!file) return undefined;
  const header = headerOf(path, file);
  checkRun(path, header, run);
  const arrays = arraysOf(path, file, run.recipe.shape);
  for (const [i, array] of STATE.entries()) await kernel.write(array, arrays[i]!);
  return header.progress;
}

/**
 * The parameters that a run has come to.
 *
 * @throws ZosiaError `ZOSIA_TRAINING_NOT_RUN` where there is no run, `ZOSIA_TRAINING_STATE_UNREADABLE`
 */
export async function readParameters(path: string, shape: ModelShape): Promise<Float32Array> {
  const file = await readState(path);
  if (!file) {
    throw new ZosiaError('ZOSIA_TRAINING_NOT_RUN', `there is no state of a training at ${path}`, {
      hint: 'Train first: npm run train:tiny',
    });
  }
  return arraysOf(path, file, shape)[STATE.indexOf('parameters')]!;
}

async function readState(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
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
  const { recipe, corpusSha256, arithmetic, progress } = header;
  if (recipe && corpusSha256 !== undefined && arithmetic && progress) {
    return { recipe, corpusSha256, arithmetic, progress };
  }
  throw unreadable(path, 'it does not say what its run was made from');
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

/** @throws ZosiaError `ZOSIA_TRAINING_OTHER_RUN` */
function checkRun(path: string, saved: Header, run: Run): void {
  const difference = differenceOf(saved, run);
  if (difference !== undefined) {
    throw otherRun(
      `${path} is of a run with another ${difference}`,
      'Remove it to begin anew, or choose another folder (--out).',
    );
  }
  const { step } = saved.progress;
  if (sharesSteps(saved.recipe, run.recipe, step)) return;
  const [theirs, ours] = [fallOf(saved.recipe), fallOf(run.recipe)];
  throw otherRun(
    `${path} has come to step ${step}; its learning rate falls in steps ${theirs}, not ${ours}`,
    `Go on with --steps ${saved.recipe.stepCount}, or begin anew in another folder (--out).`,
  );
}

const fallOf = ({ stepCount, decaySteps }: Recipe): string =>
  `${Math.max(1, stepCount - decaySteps + 1)} to ${stepCount}`;

function otherRun(message: string, hint: string): ZosiaError {
  return new ZosiaError('ZOSIA_TRAINING_OTHER_RUN', message, { hint });
}

/** What is not the same: a property of the recipe or of the arithmetic, or the text. */
function differenceOf(saved: Run, run: Run): string | undefined {
  const theirs = new Map<string, unknown>(Object.entries({ ...saved.recipe, ...saved.arithmetic }));
  for (const [name, value] of Object.entries({ ...run.recipe, ...run.arithmetic })) {
    if (CHANGEABLE.includes(name) || isDeepStrictEqual(value, theirs.get(name))) continue;
    return `${name}: ${JSON.stringify(theirs.get(name))}, not ${JSON.stringify(value)}`;
  }
  return saved.corpusSha256 === run.corpusSha256 ? undefined : 'text';
}

function unreadable(path: string, reason: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_TRAINING_STATE_UNREADABLE',
    `${path} is no state of a training that can be read: ${reason}`,
    { hint: 'Remove it to begin anew, or choose another folder.' },
  );
}
