import { join } from 'node:path';
import { execa } from 'execa';
import { ZosiaError } from '../../errors.js';
import { readDeb } from '../../formats/deb/deb.js';
import { accessFile } from '../../host/access-file.js';
import { writeOutput } from '../../host/output-file.js';
import { TOOL_ENVIRONMENT } from '../tool-environment.js';

/** Where Debian's package of the kernel's source has it. */
const ARCHIVE = /^\/usr\/src\/linux-source-[\d.]+\.tar\.xz$/;

/**
 * Unpacks the kernel's source from Debian's package of it (`linux-source-6.1`) into a folder, with the host's
 * tar.
 *
 * @param packagePath the package, verified
 * @param folder that exists, and is empty
 * @throws ZosiaError `ZOSIA_KERNEL_SOURCE`, and those of `readDeb`; the signal's reason when cancelled
 */
export async function unpackKernelSource(
  packagePath: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const archive = join(folder, 'source.tar.xz');
  await writeOutput(archive, await sourceArchive(packagePath), { signal, durable: false });
  const args = ['-xJf', archive, '-C', folder, '--strip-components=1'];
  const { failed, all } = await execa('tar', args, {
    env: TOOL_ENVIRONMENT,
    all: true,
    reject: false,
    ...(signal ? { cancelSignal: signal } : {}),
  });
  signal?.throwIfAborted();
  if (failed) throw badSource(`tar does not unpack the kernel's source: ${all.trim()}`);
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
  throw badSource(`${packagePath} has no source of a kernel`);
}

function badSource(message: string): ZosiaError {
  return new ZosiaError('ZOSIA_KERNEL_SOURCE', message, {
    hint: 'Free some space in the folder for temporary files, or fetch the package again.',
  });
}
