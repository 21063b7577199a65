import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemReason } from '../host/system-errors.js';
import { digestBytes } from '../host/digest.js';
import { writeOutput } from '../host/output-file.js';

/** The file that has the digests of the files beside it. */
export const SUMS_FILE = 'SHA256SUMS';

/** Makes the error for a file that ships with zosia and is missing, unreadable or another. */
type Damaged = (message: string, cause?: unknown) => Error;

/**
 * Reads a file that ships with zosia, checked against the SHA256SUMS beside it.
 *
 * @throws what `damaged` makes
 */
export async function readSummedFile(
  directory: string,
  name: string,
  damaged: Damaged,
): Promise<Buffer> {
  const path = join(directory, name);
  const [bytes, sums] = await Promise.all([read(path, damaged), readSums(directory, damaged)]);
  if (sums.get(name) === digestBytes(bytes)) return bytes;
  throw damaged(`${path} is not the file that ${SUMS_FILE} names`);
}

/**
 * What the SHA256SUMS beside a file says of it. The file itself is not looked at.
 *
 * @throws what `damaged` makes
 */
export async function readSum(directory: string, name: string, damaged: Damaged): Promise<string> {
  const sum = (await readSums(directory, damaged)).get(name);
  if (sum !== undefined) return sum;
  throw damaged(`${join(directory, SUMS_FILE)} does not name ${name}`);
}

const readSums = async (directory: string, damaged: Damaged): Promise<Map<string, string>> =>
  parseSums((await read(join(directory, SUMS_FILE), damaged)).toString('utf8'));

async function read(path: string, damaged: Damaged): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw damaged(`${path} cannot be read: ${systemReason(cause)}`, cause);
  }
}

/** Writes down the digests of all files of a folder, by name. */
export async function writeSums(directory: string, signal?: AbortSignal): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name !== SUMS_FILE).sort();
  const lines: string[] = [];
  for (const name of names) {
    lines.push(`${digestBytes(await readFile(join(directory, name)))}  ${name}\n`);
  }
  await writeOutput(join(directory, SUMS_FILE), lines.join(''), { signal });
}

/** Reads the format of `sha256sum`: a digest, a space, a space or an asterisk, a file name. */
export function parseSums(text: string): Map<string, string> {
  const sums = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{64}) [ *](.+)$/.exec(line);
    if (match) sums.set(match[2]!, match[1]!);
  }
  return sums;
}
