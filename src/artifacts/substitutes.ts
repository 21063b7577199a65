import { join } from 'node:path';
import * as v from 'valibot';
import { ZosiaError } from '../errors.js';
import { readTextFile } from '../host/text-file.js';
import { sha256 } from '../image/sha256.js';
import { writeOutput } from '../host/output-file.js';
import { tryJson } from '../json.js';
import { LOCKED_PACKAGE } from './lock.js';
import type { LockedPackage } from './lock.js';

/**
 * What was fetched in place of a component whose pinned packages were gone, remembered so that the
 * next run finds it without asking the mirror again. Forgotten when the lock changes.
 */
export async function recallSubstitutes(
  cacheDirectory: string,
  pinned: readonly LockedPackage[],
): Promise<LockedPackage[] | undefined> {
  try {
    // No record, or one that cannot be used: the mirror is asked, and the record written anew.
    return tryJson(SUBSTITUTES, await readTextFile(recordPath(cacheDirectory, pinned)));
  } catch (error) {
    if (error instanceof ZosiaError) return undefined;
    throw error;
  }
}

export async function rememberSubstitutes(
  cacheDirectory: string,
  pinned: readonly LockedPackage[],
  substitutes: readonly LockedPackage[],
): Promise<void> {
  await writeOutput(recordPath(cacheDirectory, pinned), JSON.stringify(substitutes, null, 2));
}

const SUBSTITUTES = v.pipe(v.array(LOCKED_PACKAGE), v.minLength(1));

function recordPath(cacheDirectory: string, pinned: readonly LockedPackage[]): string {
  const digests = pinned.map((locked) => locked.sha256).sort();
  return join(cacheDirectory, 'substitutes', `${sha256(digests.join('\n'))}.json`);
}
