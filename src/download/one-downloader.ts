import { lstat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ZosiaError } from '../errors.js';
import { tryLock } from '../host/owned-lock.js';
import type { OwnedLock } from '../host/owned-lock.js';
import { lockPath } from './journal.js';
import type { DownloadFileOptions } from './remote-file.js';

export interface LockTimings {
  /** How often it is looked whether another process is done; 500 ms unless given. */
  readonly lockPollMs?: number | undefined;
}

/**
 * Takes the lock of a file's download.
 *
 * @param name what messages call the file
 * @throws ZosiaError `ZOSIA_DOWNLOAD_BUSY` while another process has it, unless that is to be waited for; the signal's
 *   reason when cancelled; the system's errors as they are
 */
export async function lockDownload(
  target: string,
  name: string,
  { wait = false, onWait, signal }: Pick<DownloadFileOptions, 'wait' | 'onWait' | 'signal'>,
  { lockPollMs = 500 }: LockTimings,
): Promise<{ readonly lock: OwnedLock; readonly hasWaited: boolean }> {
  for (let hasWaited = false; ; hasWaited = true) {
    signal?.throwIfAborted();
    const lock = await tryLock(lockPath(target));
    if (lock) return { lock, hasWaited };
    if (!wait) throw busy(name);
    if (!hasWaited) onWait?.(`another process downloads ${name}`, lockPollMs);
    await delay(lockPollMs, undefined, signal && { signal }).catch(() => undefined);
  }
}

/** The error where the lock is not this process's any more. */
export async function lockLost(target: string, name: string): Promise<ZosiaError> {
  const path = lockPath(target);
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  if (isThere) return busy(name);
  return new ZosiaError('ZOSIA_FILE_CHANGED', `${path} was removed while ${name} was downloaded`, {
    hint: 'Let nothing else remove it or its folder, then run the same command again.',
  });
}

const busy = (name: string): ZosiaError =>
  new ZosiaError('ZOSIA_DOWNLOAD_BUSY', `another process downloads ${name}`, {
    hint: 'Wait until it has ended, then run the same command again.',
  });
