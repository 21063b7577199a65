import { execFile } from 'node:child_process';
import { copyFile, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { sha256 } from '../download/support.js';

const run = promisify(execFile);

/**
 * Flips a bit of a file.
 *
 * @param keepsTime whether it has the time that it had, to the nanosecond, as after rot on its disk
 * @returns the digest of what it is now
 */
export async function rotBlob(
  path: string,
  { keepsTime }: { readonly keepsTime: boolean },
): Promise<string> {
  const original = `${path}.original`;
  await copyFile(path, original);
  await run('touch', ['-r', path, original]);
  const bytes = await readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(path, bytes);
  if (keepsTime) await run('touch', ['-r', original, path]);
  else await utimes(path, 1, 1);
  await rm(original);
  return sha256(bytes);
}
