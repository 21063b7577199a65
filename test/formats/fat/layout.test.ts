import { describe, expect, it } from 'vitest';
import type { Layout } from '../../../src/formats/fields.js';
import * as boot from '../../../src/formats/fat/layout/boot-sector.js';
import * as directory from '../../../src/formats/fat/layout/directory.js';

/** Structures and where they start and end. */
const WHOLE: [string, Layout, number, number][] = [
  ['boot sector', boot.BOOT_SECTOR, 0, boot.EXTENDED_BOOT_OFFSET.FAT16],
  ['FAT32 boot sector', boot.FAT32_BOOT_SECTOR, 0x24, boot.EXTENDED_BOOT_OFFSET.FAT32],
  ['extended boot record', boot.EXTENDED_BOOT, 0, boot.EXTENDED_BOOT_BYTES],
  ['end of the boot sector', boot.BOOT_SECTOR_END, 510, boot.BOOT_SECTOR_BYTES],
  ['FSInfo', boot.FSINFO, 0, boot.BOOT_SECTOR_BYTES],
  ['directory entry', directory.DIRECTORY_ENTRY, 0, directory.DIRECTORY_ENTRY_BYTES],
  ['long name entry', directory.LONG_NAME_ENTRY, 0, directory.DIRECTORY_ENTRY_BYTES],
];

describe('the layout tables', () => {
  it.each(WHOLE)('list every byte of the %s once', (_name, layout, start, end) => {
    const fields = Object.values(layout).sort((a, b) => a.offset - b.offset);
    let at = start;
    for (const field of fields) {
      expect(field.offset, field.meaning).toBe(at);
      at += field.width;
    }
    expect(at).toBe(end);
  });
});
