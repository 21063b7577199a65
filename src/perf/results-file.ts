import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { option, wording } from '../wording.js';
import { isOutOfResources, isOutOfRoom, systemReason } from '../host/system-errors.js';
import { makeFolder } from '../host/make-folder.js';
import { badResults, RESULTS_LAYOUT, RESULTS_LAYOUTS } from './results.js';
import type { ResultsLayout, RunRecord } from './results.js';

/** A file of results that runs are added to. */
export interface ResultsFile {
  /** What of a run there is no room for in its columns, in words; undefined when all is kept. */
  readonly lacks: string | undefined;
  /** Adds one line, with one write to the end: several zosias may share the file. */
  append(record: RunRecord): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file of results for adding to it, or begins one. What is in it stays; missing folders are made.
 * A file that one of the scripts, or an earlier zosia, began goes on in its columns.
 *
 * @throws ZosiaError `ZOSIA_PERF_BAD_RESULTS` for a file of something else, or whose last line has no end;
 *   `ZOSIA_OUTPUT_UNWRITABLE`
 */
export async function openResultsFile(path: string): Promise<ResultsFile> {
  const file = await openForAppending(path);
  let layout = RESULTS_LAYOUT;
  try {
    if (await isEmpty(file)) await writeWhole(file, layout.header, path);
    else {
      layout = await layoutOf(file, path);
      await checkEnd(file, path);
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    lacks: layout.lacks,
    append: (record) => writeWhole(file, layout.format(record), path),
    close: () => file.close(),
  };
}

async function openForAppending(path: string): Promise<FileHandle> {
  try {
    await makeFolder(dirname(path));
    const file = await open(path, 'a+');
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw badResults(`${path} is not a file`);
  } catch (error) {
    if (error instanceof ZosiaError) throw error;
    throw unwritable(path, error);
  }
}

const isEmpty = async (file: FileHandle): Promise<boolean> => (await file.stat()).size === 0;

async function layoutOf(file: FileHandle, path: string): Promise<ResultsLayout> {
  const first = await readAt(file, 0, RESULTS_LAYOUT.header.length);
  const layout = RESULTS_LAYOUTS.find(({ header }) => first.startsWith(header));
  if (layout) return layout;
  throw badResults(`${path} does not begin with the header of results`);
}

async function checkEnd(file: FileHandle, path: string): Promise<void> {
  const { size } = await file.stat();
  if ((await readAt(file, size - 1, 1)) !== '\n') {
    throw badResults(`${path} ends in the middle of a line`);
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.toString('utf8', 0, bytesRead);
}

async function writeWhole(file: FileHandle, text: string, path: string): Promise<void> {
  const bytes = Buffer.from(text, 'utf8');
  try {
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten === bytes.length) return;
  } catch (error) {
    throw unwritable(path, error);
  }
  throw new ZosiaError('ZOSIA_DISK_FULL', `no room to write all of a line to ${path}`, {
    hint: 'Free some space, then remove the half line at the end of the file.',
  });
}

function unwritable(path: string, cause: unknown): unknown {
  if (systemErrorCode(cause) === undefined || isOutOfResources(cause)) return cause;
  const isFull = isOutOfRoom(cause);
  return new ZosiaError(
    isFull ? 'ZOSIA_DISK_FULL' : 'ZOSIA_OUTPUT_UNWRITABLE',
    isFull ? `no room to write ${path}` : `${path} cannot be written: ${systemReason(cause)}`,
    { hint: wording`Name another file with ${option('results')}.`, cause },
  );
}
