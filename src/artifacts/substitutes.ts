import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../image/sha256.js';
import { writeOutput } from '../host/output-file.js';
import { checkPackage } from './lock.js';
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
    const value: unknown = JSON.parse(await readFile(recordPath(cacheDirectory, pinned), 'utf8'));
    if (!Array.isArray(value) || value.length === 0) return undefined;
    return value.map((item, index) => checkPackage(item, `substitute ${index}`));
  } catch {
    // No record, or one that cannot be used: the mirror is asked, and the record written anew.
    return undefined;
  }
}

export async function rememberSubstitutes(
  cacheDirectory: string,
  pinned: readonly LockedPackage[],
  substitutes: readonly LockedPackage[],
): Promise<void> {
  await writeOutput(recordPath(cacheDirectory, pinned), JSON.stringify(substitutes, null, 2));
}

function recordPath(cacheDirectory: string, pinned: readonly LockedPackage[]): string {
  const digests = pinned.map((locked) => locked.sha256).sort();
  return join(cacheDirectory, 'substitutes', `${sha256(digests.join('\n'))}.json`);
}
