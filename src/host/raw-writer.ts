import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { imageChunks } from './chunks.js';
import { cloneCandidate, cloneFile, planClone } from './clone.js';
import type { ClonePlan } from './clone.js';
import { dataRuns } from './data-runs.js';
import { checkStamp, readStamp } from './file-stamp.js';
import type { FileStamp, Image, LeafSegment } from '../image/image.js';
import { checkFreeSpace, dataLength } from './free-space.js';
import { flatten } from '../image/image.js';
import { writeOutputFile } from './output-file.js';
import type { OutputOptions } from './output-file.js';
import { writeAll } from './write-all.js';
import { Writeback } from './writeback.js';

export interface WriteRawOptions extends OutputOptions {
  /** Called after each piece with the bytes of data that are in place, and those there are in all. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

/** What is read at once: holes of a source go by fastest in large pieces. */
const READ_BYTES = 4 << 20;

/** A file that the image is begun as a clone of, and what it was when that was planned. */
interface CloneBase extends ClonePlan {
  readonly path: string;
  readonly stamp: FileStamp;
}

/**
 * Writes an image as a plain file, in one pass from front to back, in bounded memory. Gaps become holes,
 * and so do blocks of zeros in the data, so the file takes no more room than its contents; the bytes read
 * back are the same either way. Where the file system can clone files and the image is mostly one file,
 * that file's data are shared instead of copied.
 *
 * A gap costs nothing, however long. A hole in a source file is kept but has to be read, at the speed
 * of memory: Node offers no `SEEK_DATA` to skip it with, and a file's count of allocated blocks does not
 * tell where they are (nor, under a file system that compresses or allocates late, how many hold data).
 * A planner that knows the holes of a huge sparse file plans them as gaps.
 *
 * @throws ZosiaError as {@link writeOutputFile} and `imageChunks`, with nothing left behind;
 * `ZOSIA_DISK_FULL` before anything is copied where free space can be told
 */
export async function writeRaw(
  image: Image,
  path: string,
  options: WriteRawOptions = {},
): Promise<void> {
  const leaves = flatten(image);
  const base = await findCloneBase(image.sizeBytes, leaves);
  await writeOutputFile(
    path,
    async (file, begun) => {
      const cloned = begun ? base : undefined;
      if (cloned) checkStamp(cloned.path, await readStamp(cloned.path), cloned.stamp);
      // The size comes first: where a file may not get that large, this says so.
      await file.truncate(image.sizeBytes);
      const missing = cloned?.overlay ?? leaves;
      await checkFreeSpace(dirname(path), path, missing);
      await copyData(file, {
        image: { sizeBytes: image.sizeBytes, segments: missing },
        holesFrom: cloned?.stamp.sizeBytes ?? 0,
        doneBytes: cloned?.inPlaceBytes ?? 0,
        totalBytes: dataLength(leaves),
        options,
      });
    },
    base ? { ...options, begin: (temporary) => cloneFile(base.path, temporary) } : options,
  );
}

async function findCloneBase(
  imageBytes: number,
  leaves: readonly LeafSegment[],
): Promise<CloneBase | undefined> {
  const path = cloneCandidate(leaves);
  if (path === undefined) return undefined;
  const stamp = await readStamp(path);
  for (const { source } of leaves) {
    if (source.kind !== 'file' || source.path !== path || !source.expect) continue;
    checkStamp(path, stamp, source.expect);
  }
  const plan = planClone(imageBytes, leaves, path, stamp.sizeBytes);
  return plan && { ...plan, path, stamp };
}

interface Copy {
  readonly image: Image;
  /** Where the file is known to read as zeros from: zeros need not be written there. */
  readonly holesFrom: number;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly options: WriteRawOptions;
}

async function copyData(file: FileHandle, copy: Copy): Promise<void> {
  const { image, holesFrom, totalBytes } = copy;
  const { signal, onProgress, durable = true } = copy.options;
  const writeback = durable ? new Writeback(file) : undefined;
  let { doneBytes } = copy;
  if (doneBytes > 0) onProgress?.(doneBytes, totalBytes);
  try {
    for await (const { offset, bytes, dataBytes } of imageChunks(image, signal, READ_BYTES)) {
      for (const run of offset < holesFrom ? [{ offset, bytes }] : dataRuns(offset, bytes)) {
        await writeAll(file, run.bytes, run.offset);
        writeback?.wrote(run.bytes.length);
      }
      doneBytes += dataBytes;
      onProgress?.(doneBytes, totalBytes);
    }
  } finally {
    await writeback?.settle();
  }
  writeback?.check();
}
