import * as v from 'valibot';
import { ZosiaError, systemErrorCode } from '../../errors.js';
import { writeOutput } from '../../host/output-file.js';
import { readTextFile } from '../../host/text-file.js';
import { byteCount, matching, parseJson, strictObject } from '../../json.js';
import { option, wording } from '../../wording.js';
import type { Architecture } from '../architectures.js';
import type { PinnedFile } from './found-file.js';
import { KERNEL_NAMES, ROOTFS_NAMES } from './names.js';

/** What was taken of one output of Buildroot. */
export interface PinnedBuildroot {
  /** Where from, without credentials. */
  readonly origin: string;
  readonly kernel?: PinnedFile | undefined;
  readonly rootfs?: PinnedFile | undefined;
}

/** What a user has fetched, pinned to its very bytes: `zosia.lock.json`. */
export interface UserLock {
  readonly schema: 1;
  /** One output for each architecture. */
  readonly buildroot: Readonly<Partial<Record<Architecture, PinnedBuildroot>>>;
}

/**
 * Reads a user's lock; an empty one where there is none.
 *
 * @throws ZosiaError `ZOSIA_LOCK_INVALID`, naming the place in the file; `ZOSIA_FILE_UNREADABLE`
 */
export async function readUserLock(path: string): Promise<UserLock> {
  let text: string;
  try {
    text = await readTextFile(path);
  } catch (error) {
    const isMissing =
      systemErrorCode(error) === 'ENOENT' ||
      (error instanceof ZosiaError && error.code === 'ZOSIA_FILE_NOT_FOUND');
    if (isMissing) return { schema: 1, buildroot: {} };
    throw error;
  }
  return parseJson(
    USER_LOCK,
    text,
    (problem, cause) =>
      new ZosiaError('ZOSIA_LOCK_INVALID', `${path}: ${problem}`, {
        hint: 'Mend it, or remove it and fetch what it pinned again.',
        cause,
      }),
  );
}

export async function writeUserLock(path: string, lock: UserLock): Promise<void> {
  await writeOutput(path, `${JSON.stringify(lock, null, 2)}\n`);
}

/**
 * Refuses what an origin has now where the lock pins other bytes.
 *
 * @throws ZosiaError `ZOSIA_BASE_CHANGED`
 */
export function checkPinned(pinned: PinnedBuildroot | undefined, found: PinnedBuildroot): void {
  if (pinned?.origin !== found.origin) return;
  for (const what of ['kernel', 'rootfs'] as const) {
    const [before, now] = [pinned[what], found[what]];
    if (before?.sha256 === now?.sha256 && before?.name === now?.name) continue;
    throw new ZosiaError(
      'ZOSIA_BASE_CHANGED',
      `${(now ?? before)!.name} of ${found.origin} is not what the lock pins`,
      {
        hint: wording`If it was built anew, take it with ${option('updateLock')}. Nothing was changed.`,
      },
    );
  }
}

const pinnedFile = (names: readonly string[]) =>
  strictObject({
    name: v.picklist(names),
    sizeBytes: byteCount,
    sha256: matching(/^[0-9a-f]{64}$/),
  });

const PINNED = strictObject({
  origin: v.string(),
  kernel: v.exactOptional(pinnedFile(Object.values(KERNEL_NAMES))),
  rootfs: v.exactOptional(pinnedFile(ROOTFS_NAMES)),
});

const USER_LOCK = strictObject({
  schema: v.literal(1),
  buildroot: strictObject({
    aarch64: v.exactOptional(PINNED),
    x86_64: v.exactOptional(PINNED),
  }),
}) satisfies v.GenericSchema<unknown, UserLock>;
