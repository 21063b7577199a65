import { ZosiaError } from '../../errors.js';
import { readDeb } from '../../formats/deb/deb.js';
import { accessFile } from '../../host/access-file.js';
import { buildFailed } from '../build-failure.js';
import type { Builder } from '../builder.js';

/** Where Debian's package of the kernel's source has it. */
const ARCHIVE = /^\/usr\/src\/linux-source-[\d.]+\.tar\.xz$/;

/**
 * Unpacks the kernel's source from Debian's package of it (`linux-source-6.1`) into a folder of a builder,
 * with the builder's tar.
 *
 * @param packagePath the package, verified
 * @param folder below the builder's
 * @throws ZosiaError `ZOSIA_KERNEL_SOURCE`, and those of `buildFailed` and `readDeb`; the signal's reason when
 *   cancelled
 */
export async function unpackKernelSource(
  builder: Builder,
  packagePath: string,
  folder: string,
): Promise<void> {
  const archive = 'source.tar.xz';
  const data = await sourceArchive(packagePath);
  await builder.write([{ path: `${folder}/${archive}`, data }]);
  const unpack = `tar -xJf ${archive} --strip-components=1 && rm ${archive}`;
  const { failed, output } = await builder.run('sh', ['-c', unpack], { cwd: folder });
  if (!failed) return;
  throw buildFailed(builder, {
    what: 'the kernel',
    error: `tar does not unpack its source: ${output.trim()}`,
    output,
    hint: 'Fetch the package again.',
  });
}

async function sourceArchive(packagePath: string): Promise<Uint8Array> {
  const file = await accessFile(packagePath);
  try {
    for await (const { path, bytes } of readDeb(file, { select: (each) => ARCHIVE.test(each) })) {
      if (ARCHIVE.test(path) && bytes) return bytes;
    }
  } finally {
    await file.close();
  }
  throw new ZosiaError('ZOSIA_KERNEL_SOURCE', `${packagePath} has no source of a kernel`, {
    hint: 'Fetch the package again.',
  });
}
