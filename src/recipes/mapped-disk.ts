import { join } from 'node:path';
import type { DeviceMapperPlan, MappedDisk } from '../formats/device-mapper/table.js';
import { withPrivateFolder } from '../host/private-folder.js';
import { writeRaw } from '../host/raw-writer.js';

/**
 * Lends a disk that is one run's own, as `withPrivateDisk` does, but without a format in between: the files
 * of the plan as they are, and beside them a small one with the rest.
 *
 * @param use is given the disk, which is gone when it has ended, however it ended
 * @throws ZosiaError those of `withPrivateFolder` and `writeRaw`; whatever `use` throws
 */
export async function withMappedDisk<T>(
  { disks, rows, metadata }: DeviceMapperPlan,
  use: (disk: MappedDisk) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  return withPrivateFolder(async (folder) => {
    const rest = join(folder, 'rest.img');
    if (metadata.sizeBytes > 0) await writeRaw(metadata, rest, { durable: false, signal });
    const files = disks.map((path) => path ?? rest);
    return use({ format: 'table', files, metadata: rest, rows });
  });
}
