import { ZosiaError } from '../../errors.js';
import { readDeb } from '../../formats/deb/deb.js';
import { accessFile } from '../../host/access-file.js';
import type { OpenFile } from '../../host/access-file.js';
import { GIB } from '../../image/units.js';
import { buildFailed } from '../build-failure.js';
import type { Builder } from '../builder.js';

/** Where Debian's package of the kernel's source has it. */
const ARCHIVE = /^\/usr\/src\/linux-source-[\d.]+\.tar\.xz$/;

/** What a package of Debian begins with (deb(5)). */
const DEB_MAGIC = '!<arch>\n';

/** A source unpacked has 1.3 GB: packed it has a tenth. */
const MAX_ARCHIVE_BYTES = GIB;

/**
 * Unpacks the kernel's source into a folder of a builder, with the builder's tar.
 *
 * @param path Debian's package of it (`linux-source-6.1`), or a tar archive, packed or not, with all of it in one
 *   folder, as kernel.org has it; verified
 * @param folder below the builder's
 * @throws ZosiaError `ZOSIA_KERNEL_SOURCE`, and those of `buildFailed`, `accessFile` and `readDeb`; the signal's
 *   reason when cancelled
 */
export async function unpackKernelSource(
  builder: Builder,
  path: string,
  folder: string,
): Promise<void> {
  const archive = 'source.tar';
  const data = await sourceArchive(path);
  await builder.write([{ path: `${folder}/${archive}`, data }]);
  const unpack = `tar -xf ${archive} --strip-components=1 && rm ${archive}`;
  const { failed, output } = await builder.run('sh', ['-c', unpack], { cwd: folder });
  if (failed) {
    throw buildFailed(builder, {
      what: 'the kernel',
      error: `tar does not unpack its source: ${output.trim()}`,
      output,
      hint: 'Fetch it again.',
    });
  }
  const isThere = 'test -f Makefile && test -f Kconfig';
  if ((await builder.run('sh', ['-c', isThere], { cwd: folder })).failed) throw noSource(path);
}

async function sourceArchive(path: string): Promise<Uint8Array> {
  const file = await accessFile(path);
  try {
    return (await isPackage(file))
      ? await packagedArchive(file, path)
      : await wholeFile(file, path);
  } finally {
    await file.close();
  }
}

async function isPackage(file: OpenFile): Promise<boolean> {
  const magic = await file.read(0, Math.min(file.sizeBytes, DEB_MAGIC.length));
  return Buffer.from(magic).toString('latin1') === DEB_MAGIC;
}

async function packagedArchive(file: OpenFile, path: string): Promise<Uint8Array> {
  for await (const each of readDeb(file, { select: (name) => ARCHIVE.test(name) })) {
    if (ARCHIVE.test(each.path) && each.bytes) return each.bytes;
  }
  throw noSource(path);
}

async function wholeFile(file: OpenFile, path: string): Promise<Uint8Array> {
  if (file.sizeBytes > MAX_ARCHIVE_BYTES) throw noSource(path);
  return file.read(0, file.sizeBytes);
}

function noSource(path: string): ZosiaError {
  return new ZosiaError('ZOSIA_KERNEL_SOURCE', `${path} has no source of a kernel`, {
    hint: "Name a tar archive of it, as kernel.org has it, or use Debian's, which is pinned.",
  });
}
