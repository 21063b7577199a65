import type { MappedDisk } from '../../formats/device-mapper/table.js';
import { ZosiaError } from '../../errors.js';
import { optionValue } from '../qemu/arguments.js';

/**
 * Slots of the root bus that the disks have, eight functions each: devices that are not told where to go take
 * those before them, and the last one is q35's own (ICH9).
 */
const FIRST_SLOT = 8;
const LAST_SLOT = 30;
const FUNCTIONS = 8;
export const MAX_MAPPED_FILES = (LAST_SLOT - FIRST_SLOT + 1) * FUNCTIONS;

/**
 * QEMU's arguments for the files of a disk, as they are. The guest knows them by their serial numbers
 * (guest/init/model/mapped_disk.c).
 *
 * @throws ZosiaError `ZOSIA_TOO_MANY_DISKS`
 */
export function mappedDiskArguments({ files }: MappedDisk): string[] {
  if (files.length > MAX_MAPPED_FILES) {
    throw new ZosiaError(
      'ZOSIA_TOO_MANY_DISKS',
      `the disk lies in ${files.length} files, and a machine has room for ${MAX_MAPPED_FILES}`,
      {
        hint: 'Join the parts of the model, or write its disk as raw: zosia image model --format raw',
      },
    );
  }
  return files.flatMap((path, number) => {
    const file = `driver=file,node-name=file${number},read-only=on,filename=${optionValue(path)}`;
    const slot = FIRST_SLOT + Math.floor(number / FUNCTIONS);
    const address = `0x${slot.toString(16)}.${number % FUNCTIONS}`;
    const isFirst = number % FUNCTIONS === 0 && number + 1 < files.length;
    const place = `addr=${address}${isFirst ? ',multifunction=on' : ''}`;
    return [
      ['-blockdev', file],
      ['-blockdev', `driver=raw,node-name=disk${number},read-only=on,file=file${number}`],
      ['-device', `virtio-blk-pci,drive=disk${number},serial=zosia-disk-${number},${place}`],
    ].flat();
  });
}
