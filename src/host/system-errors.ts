import { ZosiaError, systemErrorCode } from '../errors.js';
import type { ZosiaErrorCode } from '../errors.js';

interface Meaning {
  /** Goes after "cannot be read: ". */
  readonly reason: string;
  readonly code: ZosiaErrorCode;
  readonly hint: string;
}

const REMOVED = 'Check that it is still there: something may have removed it meanwhile.';
const PERMISSIONS = 'Check the permissions of the file and of the folders above it.';
const ROOM = 'Free some space, or use a place on another disk.';
const FAILING = "The disk, or what it is reached by, may be failing: look into the system's log.";
const SHORTER = 'Use a shorter path.';
const NETWORK = 'Check the network connection and proxy settings, then run the same command again.';

const unreadable = (reason: string, hint: string): Meaning => ({
  reason,
  hint,
  code: 'ZOSIA_FILE_UNREADABLE',
});
const network = (reason: string): Meaning => ({
  reason,
  hint: NETWORK,
  code: 'ZOSIA_NETWORK_FAILED',
});

/**
 * What the system's error numbers (errno(3)) that come of a host's state say to a person. Those that only a
 * wrong call can cause, like EINVAL and EBADF, are not here: they are defects of zosia.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOENT: { reason: 'it does not exist', code: 'ZOSIA_FILE_NOT_FOUND', hint: REMOVED },
  ENOTDIR: {
    reason: 'what stands above it is no folder',
    code: 'ZOSIA_FILE_NOT_FOUND',
    hint: 'Check the path: one of its folders is a file.',
  },
  EISDIR: unreadable('it is a folder', 'Name a file.'),
  EEXIST: unreadable('it exists already', 'Move away what is there, or use another place.'),
  ENOTEMPTY: unreadable('the folder is not empty', 'Something else puts files there: try again.'),
  EACCES: unreadable('permission denied', PERMISSIONS),
  EPERM: unreadable('not permitted', PERMISSIONS),
  EROFS: unreadable('the file system is read-only', 'Use a place on another file system.'),
  EIO: unreadable('input/output error', FAILING),
  ENXIO: unreadable('no such device', FAILING),
  ENODEV: unreadable('no such device', FAILING),
  ESTALE: unreadable('the network file system has lost it', FAILING),
  ELOOP: unreadable('its symbolic links lead round in a circle', 'Mend the links, or use another.'),
  ENAMETOOLONG: unreadable('its name is too long', SHORTER),
  EBUSY: unreadable('something else uses it', 'Wait until that has ended, then try again.'),
  ETXTBSY: unreadable('something else uses it', 'Wait until that has ended, then try again.'),
  EOVERFLOW: unreadable('it is too large', 'Use a smaller one.'),
  ENOTSUP: unreadable('the file system does not support that', 'Use another file system.'),
  EOPNOTSUPP: unreadable('the file system does not support that', 'Use another file system.'),
  ENOSPC: { reason: 'no space left', code: 'ZOSIA_DISK_FULL', hint: ROOM },
  EDQUOT: { reason: 'the disk quota is used up', code: 'ZOSIA_DISK_FULL', hint: ROOM },
  EFBIG: {
    reason: 'a file may not be that large there',
    code: 'ZOSIA_DISK_FULL',
    hint: 'Raise the limit (ulimit -f), or use a place on another file system.',
  },
  EMFILE: {
    reason: 'zosia may not open any more files',
    code: 'ZOSIA_TOO_MANY_FILES',
    hint: 'Raise the limit, for instance with: ulimit -n 1024',
  },
  ENFILE: {
    reason: 'the system has too many files open',
    code: 'ZOSIA_TOO_MANY_FILES',
    hint: 'Close other programs, then run the same command again.',
  },
  ENOMEM: {
    reason: 'the system has no memory left',
    code: 'ZOSIA_OUT_OF_RESOURCES',
    hint: 'Close other programs, then run the same command again.',
  },
  EAGAIN: {
    reason: 'the system has no more processes or threads to give',
    code: 'ZOSIA_OUT_OF_RESOURCES',
    hint: 'Close other programs, or raise the limit (ulimit -u).',
  },
  E2BIG: {
    reason: 'the command is too long',
    code: 'ZOSIA_OUT_OF_RESOURCES',
    hint: 'Give it fewer or shorter arguments, or a smaller environment.',
  },
  ETIMEDOUT: network('the connection timed out'),
  ECONNREFUSED: network('the connection was refused'),
  ECONNRESET: network('the connection was reset'),
  ECONNABORTED: network('the connection was broken off'),
  EPIPE: network('the other side has hung up'),
  ENETDOWN: network('the network is down'),
  ENETUNREACH: network('the network cannot be reached'),
  ENETRESET: network('the network was reset'),
  EHOSTDOWN: network('the host is down'),
  EHOSTUNREACH: network('the host cannot be reached'),
  EADDRNOTAVAIL: network('this host has no address to use'),
  EAI_AGAIN: network('names cannot be looked up at the moment'),
  ENOTFOUND: network('there is no host of that name'),
};

function meaningOf(error: unknown): Meaning | undefined {
  const code = systemErrorCode(error) ?? '';
  return Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined;
}

/** Why the system refused, for the end of a message: "permission denied (EACCES)". */
export function systemReason(error: unknown): string {
  const code = systemErrorCode(error);
  if (code === undefined) return 'unknown reason';
  const meaning = meaningOf(error);
  return meaning ? `${meaning.reason} (${code})` : code;
}

/** Whether the system refused because there is no room for more. */
export const isOutOfRoom = (error: unknown): boolean =>
  meaningOf(error)?.code === 'ZOSIA_DISK_FULL';

/** Whether the system says that the network, or who is on the other side, has failed. */
export const isNetworkFailure = (error: unknown): boolean =>
  meaningOf(error)?.code === 'ZOSIA_NETWORK_FAILED';

/** Whether it is a limit of this process or the system that was reached, whatever was being done. */
export function isOutOfResources(error: unknown): boolean {
  const code = meaningOf(error)?.code;
  return code === 'ZOSIA_TOO_MANY_FILES' || code === 'ZOSIA_OUT_OF_RESOURCES';
}

/**
 * What an error of the system means to a person, for those that nobody on the way could say more about.
 *
 * @returns undefined for an error that is none of the system's, or that only a defect can cause
 */
export function explainSystemError(error: unknown): ZosiaError | undefined {
  if (!(error instanceof Error) || error instanceof ZosiaError) return undefined;
  const { path, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'uv_cwd') {
    return new ZosiaError('ZOSIA_NO_CURRENT_FOLDER', 'the current folder has been removed', {
      hint: 'Change to a folder that exists, then run the same command again.',
      cause: error,
    });
  }
  const meaning = meaningOf(error);
  if (!meaning) return undefined;
  const { code, hint } = meaning;
  const subject = path ?? (syscall === undefined ? undefined : `the system call "${syscall}"`);
  const reason = systemReason(error);
  const message = subject === undefined ? reason : `${subject}: ${reason}`;
  return new ZosiaError(code, message, { hint, cause: error });
}
