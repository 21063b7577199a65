import { open, readFile, rename, stat, unlink } from 'node:fs/promises';
import * as v from 'valibot';
import { byteCount, matching, object, tryJson } from '../json.js';
import type { Range } from './ranges.js';
import type { Version } from './version.js';

/** What lies beside a target while it is downloaded. */
export const partPath = (target: string): string => `${target}.part`;
export const journalPath = (target: string): string => `${target}.part.json`;
export const lockPath = (target: string): string => `${target}.part.lock`;

/** What a later run has to know of a file that is not whole yet. */
export interface Journal {
  /** Where it comes from, without the query, which may have secrets in it. */
  readonly from: string;
  readonly sizeBytes: number;
  /** What it is to have in the end, where that is known. */
  readonly sha256?: string | undefined;
  readonly version: Version;
  /** The bytes that are there. Whatever else the partial file seems to have is not. */
  readonly have: readonly Range[];
}

const SCHEMA = object({
  schema: v.literal(1),
  from: v.string(),
  sizeBytes: byteCount,
  sha256: v.optional(matching(/^[0-9a-f]{64}$/)),
  version: object({
    etag: v.optional(v.string()),
    lastModified: v.optional(v.string()),
    isDateStrong: v.optional(v.boolean()),
  }),
  have: v.array(v.strictTuple([byteCount, byteCount])),
});

const MAX_JOURNAL_BYTES = 1 << 20;

/** @returns undefined where there is none, or none that makes sense */
export async function readJournal(target: string): Promise<Journal | undefined> {
  const path = journalPath(target);
  const status = await stat(path).catch(() => undefined);
  if (!status?.isFile() || status.size > MAX_JOURNAL_BYTES) return undefined;
  const text = await readFile(path, 'utf8').catch(() => '');
  const found = tryJson(SCHEMA, text);
  if (found === undefined) return undefined;
  let at = 0;
  for (const [from, to] of found.have) {
    if (from < at || to <= from || to > found.sizeBytes) return undefined;
    at = to;
  }
  return found;
}

/**
 * Writes it whole or not at all. The bytes that it says are there have to be in the file already; after a crash of
 * the host it may be there without them unless they were synced.
 */
export async function writeJournal(target: string, journal: Journal): Promise<void> {
  const temporary = `${journalPath(target)}.new`;
  try {
    const file = await open(temporary, 'w');
    await file.writeFile(JSON.stringify({ schema: 1, ...journal })).finally(() => file.close());
    await rename(temporary, journalPath(target));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

export async function removeJournal(target: string): Promise<void> {
  for (const path of [journalPath(target), `${journalPath(target)}.new`]) {
    await unlink(path).catch(() => undefined);
  }
}
