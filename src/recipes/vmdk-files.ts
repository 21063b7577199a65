import { realpath, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { isExtentName } from '../formats/vmdk/names.js';
import { planVmdk } from '../formats/vmdk/writer.js';
import type { Image } from '../image/image.js';
import { makeOutputFolder, writeOutput } from '../image/output-file.js';
import { writeRaw } from '../image/raw-writer.js';

/**
 * Writes a disk without copying the files it is made of: a descriptor at `out`, and beside it a small
 * file with everything that lies in no file. The descriptor names files relative to its own folder, so
 * it stays good when both are moved together. A file whose name a descriptor cannot hold is reached
 * through a link beside it.
 *
 * @throws ZosiaError as `planVmdk`, `writeRaw` and `writeOutput`
 */
export async function writeVmdk(
  image: Image,
  out: string,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  await makeOutputFolder(dirname(out));
  const folder = await realpath(dirname(out));
  const stem = basename(out).replace(/\.vmdk$/, '');
  const metadataName = `${stem}-metadata.img`;
  const links = new Map<string, string>();
  const plan = planVmdk(image, {
    metadataName,
    extentName: (path) => {
      const name = relative(folder, path);
      if (isExtentName(name)) return name;
      const link = `${stem}-file${links.size}`;
      links.set(link, path);
      return link;
    },
  });
  for (const [name, path] of links) {
    await rm(join(folder, name), { force: true });
    await symlink(path, join(folder, name));
  }
  await writeRaw(plan.metadata, join(folder, metadataName), options);
  await writeOutput(out, plan.descriptor, options);
}
