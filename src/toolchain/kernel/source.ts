import { writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { foreignPacking } from '../../formats/compression/detect.js';
import { findMethod } from '../../formats/compression/methods.js';
import { readDeb } from '../../formats/deb/deb.js';
import type { DebEntry } from '../../formats/deb/deb.js';
import { BLOCK_BYTES } from '../../formats/tar/layout.js';
import { isOldTar, isTar } from '../../formats/tar/open.js';
import type { TarDataSink } from '../../formats/tar/visit.js';
import { accessFile } from '../../host/access-file.js';
import type { OpenFile } from '../../host/access-file.js';
import { withPrivateFolder } from '../../host/private-folder.js';
import { isOutOfRoom } from '../../host/system-errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import { GIB } from '../../image/units.js';
import { buildFailed } from '../build-failure.js';
import type { Builder } from '../builder.js';
import { full, temporaryRoom } from '../room.js';

/** Where Debian's package of the kernel's source has it. */
const ARCHIVE = /^\/usr\/src\/linux-source-[\d.]+\.tar\.xz$/;

/** What a package of Debian begins with (deb(5)). */
const DEB_MAGIC = '!<arch>\n';

/** The most that an archive of a source may have: one has 1.3 to 1.7 GB unpacked, and a tenth of it packed. */
export const MAX_SOURCE_BYTES = 4 * GIB;

/**
 * Unpacks the kernel's source into a folder of a builder, with the builder's tar. Neither the archive nor what is
 * in it is in memory.
 *
 * @param path Debian's package of it (`linux-source-6.1`), or a tar archive, packed or not, with all of it in one
 *   folder, as kernel.org has it; verified
 * @param folder below the builder's
 * @throws ZosiaError `ZOSIA_KERNEL_SOURCE`, and those of `buildFailed`, `accessFile`, `readDeb` and
 *   `withPrivateFolder`; the signal's reason when cancelled
 */
export async function unpackKernelSource(
  builder: Builder,
  path: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const archive = 'source.tar';
  await withSourceArchive(path, signal, async (source) => {
    await refuseOther(source, path);
    await builder.copy(source, `${folder}/${archive}`);
  });
  const unpack = `tar -xf ${archive} --strip-components=1 && rm ${archive}`;
  const { failed, output } = await builder.run('sh', ['-c', unpack], { cwd: folder });
  if (failed) {
    throw buildFailed(builder, {
      what: 'the kernel',
      error: `tar does not unpack its source: ${output.trim().split('\n')[0]}`,
      output,
      hint: 'It is damaged, or cut short, though it has the sha256 that is named: see that both are of a whole archive.',
    });
  }
  const isThere = 'test -f Makefile && test -f Kconfig';
  if ((await builder.run('sh', ['-c', isThere], { cwd: folder })).failed) throw noSource(path);
}

/** Runs `use` with the tar archive that a file is, or that a package of Debian has in it. */
async function withSourceArchive<T>(
  path: string,
  signal: AbortSignal | undefined,
  use: (archive: RandomAccess) => Promise<T>,
): Promise<T> {
  return withFile(path, async (file) => {
    if (!(await isPackage(file))) {
      refuseLarge(file.sizeBytes, path);
      return use(file);
    }
    return withPrivateFolder(async (folder) => {
      const archive = join(folder, 'source.tar');
      await extractArchive(file, path, archive, signal).catch((cause: unknown) => {
        throw isOutOfRoom(cause) ? full(temporaryRoom(folder), cause) : cause;
      });
      return withFile(archive, use);
    });
  });
}

/** Refuses what is neither a tar archive nor packed: a page of HTML, for instance. */
async function refuseOther(source: RandomAccess, path: string): Promise<void> {
  const head = await source.read(0, Math.min(source.sizeBytes, BLOCK_BYTES));
  const foreign = foreignPacking(head);
  if (!foreign && (findMethod(head) || isTar(head) || isOldTar(head))) return;
  throw new ZosiaError('ZOSIA_KERNEL_SOURCE', `${path} is no tar archive`, {
    hint: 'Name a tar archive of the source, plain or packed with gzip, xz, zstd or bzip2, as kernel.org has it.',
    cause: foreign,
  });
}

async function withFile<T>(path: string, use: (file: OpenFile) => Promise<T>): Promise<T> {
  const file = await accessFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function isPackage(file: OpenFile): Promise<boolean> {
  const magic = await file.read(0, Math.min(file.sizeBytes, DEB_MAGIC.length));
  return Buffer.from(magic).toString('latin1') === DEB_MAGIC;
}

/** Writes the first archive of a source that a package has into a file. */
async function extractArchive(
  file: OpenFile,
  path: string,
  to: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const output = await open(to, 'wx');
  const taken: string[] = [];
  const extract = (entry: DebEntry): TarDataSink | undefined => {
    if (taken.length > 0 || !ARCHIVE.test(entry.path)) return undefined;
    refuseLarge(entry.sizeBytes, path);
    taken.push(entry.path);
    return {
      write(piece) {
        for (let done = 0; done < piece.length;) done += writeSync(output.fd, piece, done);
      },
      end: () => undefined,
    };
  };
  try {
    // Nothing is handed out before all has been read.
    await readDeb(file, { extract, select: () => false, signal }).next();
  } finally {
    await output.close();
  }
  if (taken.length === 0) throw noSource(path);
}

function refuseLarge(sizeBytes: number, path: string): void {
  if (sizeBytes <= MAX_SOURCE_BYTES) return;
  throw new ZosiaError(
    'ZOSIA_KERNEL_SOURCE',
    `the archive in ${path} has ${sizeBytes} bytes, more than the ${MAX_SOURCE_BYTES} allowed`,
    { hint: 'Name a tar archive of the source alone, without the history of its repository.' },
  );
}

function noSource(path: string): ZosiaError {
  return new ZosiaError('ZOSIA_KERNEL_SOURCE', `${path} has no source of a kernel`, {
    hint: "Name a tar archive of it, as kernel.org has it, or use Debian's, which is pinned.",
  });
}
