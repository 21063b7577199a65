import { spawnSync } from 'node:child_process';
import { open, stat, statfs, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { withMountedDisk } from 'ext2fs';
import { describe } from 'vitest';
import { openPlan } from '../../../src/host/image-reader.js';
import type { Image } from '../../../src/image/image.js';
import type { Libext2fs } from '../../../src/inspect/ext4/libext2fs.js';
import { IS_COMPLETE_HOST, skipWhere } from '../../support/skipping.js';

/** Debian keeps these programs out of a user's path, and Homebrew out of everybody's. */
const FOLDERS = [
  '/usr/sbin',
  '/sbin',
  '/opt/homebrew/opt/e2fsprogs/sbin',
  '/usr/local/opt/e2fsprogs/sbin',
];
const environment = {
  ...process.env,
  PATH: [process.env.PATH, ...FOLDERS].join(delimiter),
  TZ: 'UTC',
  LC_ALL: 'C',
};

interface Answer {
  readonly status: number | null;
  readonly output: string;
}

function run(program: string, args: readonly string[], input = ''): Answer {
  const { status, stdout, stderr } = spawnSync(program, args, {
    env: environment,
    input: Buffer.from(input, 'utf8'),
    maxBuffer: 1 << 28,
  });
  // A program that could not be started has no output at all.
  const output = [stdout, stderr].map((bytes: Buffer | null) => bytes?.toString('latin1') ?? '');
  return { status, output: output.join('') };
}

/** A describe that needs e2fsprogs: skipped with a reason without it, but not on a complete host. */
export function describeWithE2fsprogs(name: string, body: () => void): void {
  const absent = run('e2fsck', ['-V']).status !== 0;
  describe(name, skipWhere(absent && !IS_COMPLETE_HOST, 'no e2fsprogs here'), body);
}

/** What a full check that changes nothing reports; status 0 is a clean file system. */
export function e2fsck(path: string): Answer {
  return run('e2fsck', ['-f', '-n', path]);
}

/** The answers to debugfs commands, one character per byte. */
export function debugfs(path: string, commands: readonly string[]): string {
  return run('debugfs', ['-f', '-', path], `${commands.join('\n')}\n`).output;
}

/**
 * Writes what the planner made itself to a sparse file, and leaves out file data: a disk with a
 * terabyte in it takes a few MiB, and every checker is content as none looks at file data.
 */
export async function writeMetadata(image: Image, path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.truncate(image.sizeBytes);
    for (const { offset, length, source } of image.segments) {
      if (source.kind === 'bytes') await file.write(source.bytes, 0, length, offset);
    }
  } finally {
    await file.close();
  }
}

/**
 * A folder for {@link writeMetadata}, whose file system holds sparse files of that size (ext4 itself ends
 * at 16 TiB, the memory-backed one of Linux does not) and has room for what is in it (which the
 * memory-backed one of a container need not have), or undefined when this host has none.
 */
export async function folderForMetadata({
  sizeBytes,
  segments,
}: Image): Promise<string | undefined> {
  const dataBytes = segments.reduce(
    (sum, { length, source }) => sum + (source.kind === 'bytes' ? length : 0),
    0,
  );
  for (const folder of [tmpdir(), '/dev/shm']) {
    const path = join(folder, `zosia-probe-${process.pid}`);
    try {
      const { bavail, bsize } = await statfs(folder);
      if (bavail * bsize < dataBytes) continue;
      await writeFile(path, '');
      await truncate(path, sizeBytes);
      if ((await stat(path)).size === sizeBytes) return folder;
    } catch {
      // Too large for this one.
    } finally {
      await unlink(path).catch(() => undefined);
    }
  }
  return undefined;
}

/** Mounts a planned image in libext2fs, without writing it anywhere. */
export async function withLibext2fs<T>(
  image: Image,
  use: (fileSystem: Libext2fs) => Promise<T>,
): Promise<T> {
  const access = openPlan(image);
  try {
    const disk = {
      async read(buffer: Uint8Array, bufferOffset: number, length: number, offset: number) {
        buffer.set(await access.read(offset, length), bufferOffset);
        return { bytesRead: length, buffer };
      },
      // Unmounting writes the superblock; nothing else is changed here.
      write: (buffer: Uint8Array, _at: number, length: number) =>
        Promise.resolve({ bytesWritten: length, buffer }),
      discard: () => Promise.resolve(),
      flush: () => Promise.resolve(),
    };
    return await withMountedDisk(disk, 0, ({ promises }) => use(promises));
  } finally {
    await access.close();
  }
}

/**
 * A file's contents as libext2fs reads them, up to `mostBytes`. (Its `stat` takes times before 1970
 * and large owners for errors, so it is of no use here.)
 */
export async function readWithLibext2fs(
  fileSystem: Libext2fs,
  path: string | Uint8Array,
  mostBytes: number,
): Promise<Uint8Array> {
  const handle = await fileSystem.open(path, 'r');
  try {
    const bytes = Buffer.alloc(mostBytes);
    let done = 0;
    while (done < mostBytes) {
      const { bytesRead } = await handle.read(bytes, done, mostBytes - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  } finally {
    await fileSystem.close(handle.fd);
  }
}
