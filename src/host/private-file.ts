import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ZosiaError } from '../errors.js';
import { notRegularFile, unreadable } from './file-errors.js';

/** Whatever the group and others may do. */
export const OF_OTHERS = 0o077;
/** What the group and others may write. */
export const WRITABLE_BY_OTHERS = 0o022;

const MAX_BYTES = 1 << 20;

export interface PrivateFileRules {
  /** Permissions that it may not give: {@link OF_OTHERS}, or {@link WRITABLE_BY_OTHERS}. */
  readonly forbidden: number;
  /** The error where it gives some of them. */
  readonly onOpen: (path: string) => ZosiaError;
  /** What messages call it: "file of keys". */
  readonly kind: string;
}

/**
 * Reads a text of at most 1 MiB that other users of this host must have no hand in. What is checked and what is
 * read are the same file, whatever the path leads to meanwhile.
 *
 * @throws ZosiaError what `onOpen` makes; `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`, `ZOSIA_FILE_TOO_LARGE`
 */
export async function readPrivateFile(path: string, rules: PrivateFileRules): Promise<string> {
  // A FIFO would keep a blocking open until somebody writes to it.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    return await readOpened(path, file, rules);
  } finally {
    await file.close();
  }
}

async function readOpened(
  path: string,
  file: FileHandle,
  { forbidden, onOpen, kind }: PrivateFileRules,
): Promise<string> {
  const found = await file.stat();
  if (!found.isFile()) throw notRegularFile(path, found);
  if ((found.mode & forbidden) !== 0) throw onOpen(path);
  if (found.size > MAX_BYTES) {
    throw new ZosiaError('ZOSIA_FILE_TOO_LARGE', `${path} has more than 1 MiB`, {
      hint: `Check that it is the ${kind}.`,
    });
  }
  return file.readFile('utf8').catch((error: unknown) => {
    throw unreadable(path, error);
  });
}
