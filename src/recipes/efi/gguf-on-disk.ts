import { posix } from 'node:path';
import type { FatReader } from '../../formats/fat/reader/reader.js';
import type { ModelFolder } from '../../inspect/models/parts.js';
import { openAccess } from '../../inspect/models/partitions.js';
import { findOnVolume } from './disk-settings.js';

/** A folder of a FAT volume, in which the parts of a split model lie beside each other. */
export function volumeFolder(fat: FatReader, folder: string, diskPath: string): ModelFolder {
  const pathOf = (name: string): string => posix.join('/', folder, name);
  return {
    pathOf: (name) => `${pathOf(name)} on ${diskPath}`,
    async open(name) {
      const stat = await findOnVolume(fat, pathOf(name));
      return stat?.type === 'file' ? openAccess(await fat.open(stat)) : undefined;
    },
  };
}
