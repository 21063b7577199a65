import type { FatBootSector } from '../../formats/fat/reader/boot-sector.js';
import type { Region } from '../regions.js';

/** Where the structures lie that come before the clusters, in FAT12 and FAT16 the root directory, too. */
export function structureRegions(bootSector: FatBootSector): Region[] {
  const { sectorBytes, reservedSectorCount, fsInfoSector, backupSector } = bootSector;
  const { fatCount, fatSectorCount, fatOffset, rootOffset, heapOffset } = bootSector;
  const regions: Region[] = [{ offset: 0, length: sectorBytes, what: 'boot sector' }];
  const addSector = (what: string, sector: number): void => {
    if (sector >= reservedSectorCount) return;
    regions.push({ offset: sector * sectorBytes, length: sectorBytes, what });
  };
  if (fsInfoSector !== 0) addSector('FSInfo', fsInfoSector);
  if (backupSector !== 0) {
    addSector('backup boot sector', backupSector);
    if (fsInfoSector !== 0) addSector('backup FSInfo', backupSector + fsInfoSector);
  }
  const fatBytes = fatSectorCount * sectorBytes;
  for (let i = 0; i < fatCount; i++) {
    regions.push({ offset: fatOffset + i * fatBytes, length: fatBytes, what: `FAT ${i + 1}` });
  }
  if (heapOffset > rootOffset) {
    const length = heapOffset - rootOffset;
    regions.push({ offset: rootOffset, length, what: 'directory', path: '/' });
  }
  return regions;
}
