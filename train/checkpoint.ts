import { readFile } from 'node:fs/promises';
import { writeOutput } from '../src/image/output-file.js';
import type { Position } from './data.js';
import type { Kernel, KernelArray } from './kernel.js';

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

const STATE: readonly KernelArray[] = ['parameters', 'means', 'squares'];

/** What a run has come to, and the text that it learns from. */
interface Header {
  readonly corpusSha256: string;
  readonly progress: Progress;
}

/** Writes a run's state, whole or not at all: a line of JSON, then the kernel's arrays in float32. */
export async function saveCheckpoint(path: string, kernel: Kernel, header: Header): Promise<void> {
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
 * @throws Error for a run on another text
 */
export async function loadCheckpoint(
  path: string,
  kernel: Kernel,
  corpusSha256: string,
): Promise<Progress | undefined> {
  const file = await readFile(path).catch(() => undefined);
  if (!file) return undefined;
  const end = file.indexOf('\n');
  const header = JSON.parse(file.subarray(0, end).toString()) as Header;
  if (header.corpusSha256 !== corpusSha256) {
    throw new Error(`${path} is of a run on another text: remove it, or choose another --out`);
  }
  const values = new Float32Array(Uint8Array.from(file.subarray(end + 1)).buffer);
  for (const [i, array] of STATE.entries()) {
    const count = values.length / STATE.length;
    await kernel.write(array, values.subarray(i * count, (i + 1) * count));
  }
  return header.progress;
}
