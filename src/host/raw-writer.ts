import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { alignedMemory } from './aligned-memory.js';
import { imageChunks } from './chunks.js';
import { cloneCandidate, cloneFile, cloneOrCopyFile, planClone } from './clone.js';
import type { ClonePlan } from './clone.js';
import { dataRuns } from './data-runs.js';
import type { DataRun } from './data-runs.js';
import { DirectWriter } from './direct-writer.js';
import { checkStamp, readStamp } from './file-stamp.js';
import type { FileStamp, Image, LeafSegment } from '../image/image.js';
import { checkFreeSpace, dataLength } from './free-space.js';
import { flatten } from '../image/image.js';
import { MIB } from '../image/units.js';
import { writeOutputFile } from './output-file.js';
import type { OutputOptions } from './output-file.js';
import { writeAll } from './write-all.js';

export interface WriteRawOptions extends OutputOptions {
  /** Called after each piece with the bytes of data that are in place, and those there are in all. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  /**
   * False for a file that is soon gone: blocks of zeros in the data need not become holes. Where the image is
   * mostly one file the system then copies that, several times as fast. True unless given.
   */
  readonly sparse?: boolean | undefined;
}

/** What is read and written at once: holes go by fastest in large pieces, and so do direct writes. */
const PIECE_BYTES = 4 * MIB;

/**
 * From how much data on the page cache is left out. Less than that pushes nothing out of it, and is often
 * read next: as the disk of a machine, or as an initramfs.
 */
const DIRECT_BYTES = 256 * MIB;

/**
 * How many pieces may still be on their way to the disk when the next is ready to follow: with none it
 * would have nothing to do while this process gets its turn.
 */
const WRITES_KEPT = 1;

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
  const copyOf = (options.sparse ?? true) ? cloneFile : cloneOrCopyFile;
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
    base ? { ...options, begin: (temporary) => copyOf(base.path, temporary) } : options,
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
  const isLong = totalBytes - copy.doneBytes >= DIRECT_BYTES;
  const direct = durable && isLong ? await DirectWriter.open(file) : undefined;
  const write = async ({ offset, bytes }: DataRun): Promise<void> => {
    const runs = offset < holesFrom ? [{ offset, bytes }] : dataRuns(offset, bytes);
    for (const run of runs) {
      await (direct ? direct.write(run.bytes, run.offset) : writeAll(file, run.bytes, run.offset));
    }
  };

  let { doneBytes } = copy;
  if (doneBytes > 0) onProgress?.(doneBytes, totalBytes);
  const writes: { readonly done: Promise<void>; readonly dataBytes: number }[] = [];
  const finishOldest = async (): Promise<void> => {
    const { done, dataBytes } = writes.shift()!;
    await done;
    doneBytes += dataBytes;
    onProgress?.(doneBytes, totalBytes);
  };
  const allocate = direct ? alignedMemory : undefined;
  const options = { maximumBytes: PIECE_BYTES, kept: WRITES_KEPT, allocate };
  try {
    for await (const chunk of imageChunks(image, signal, options)) {
      const done = write(chunk);
      // A failure is told when its turn comes; until then nobody may be waiting for it.
      done.catch(() => undefined);
      writes.push({ done, dataBytes: chunk.dataBytes });
      if (writes.length > WRITES_KEPT) await finishOldest();
    }
    while (writes.length > 0) await finishOldest();
  } finally {
    await Promise.allSettled(writes.map(({ done }) => done));
    await direct?.close();
  }
}
