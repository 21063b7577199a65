import type { FatAttributes, FatEntry } from '../../formats/fat/plan.js';
import { ATTRIBUTE } from '../../formats/fat/layout/directory.js';
import { foldName } from '../../formats/fat/names.js';
import type { FatStat } from '../../formats/fat/reader/reader.js';
import type { Image } from '../../image/image.js';
import { withPrivateDisk } from '../private-disk.js';
import type { PrivateDisk } from '../private-disk.js';
import { planEfiVolume } from './disk-plan.js';
import { readDiskSettings } from './disk-settings.js';
import { openEfiDisk } from './existing-disk.js';
import type { OpenVmdkOptions } from '../../inspect/vmdk-disk.js';
import type { ExistingEfiDisk } from './existing-disk.js';
import { formatSettings, SETTINGS_PATH } from '../../formats/llama2c/settings/file.js';
import { CONVERSATION_KEYS, overrideSettings } from '../../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';

/**
 * Lends a disk for one run: all that is on an existing EFI disk, with other settings. Nothing large is
 * copied, since it refers to the bytes of the existing disk; that one is only read, and has to stay as it
 * is meanwhile.
 *
 * @param settings in place of those that the disk's `llama2.cfg` has; the others hold
 * @param use is given the disk, which is gone when it has ended, however it ended
 * @throws ZosiaError those of `openEfiDisk`, `readDiskSettings`, `formatSettings`, `planFat` and
 * `withPrivateDisk`
 */
export async function withRunDisk<T>(
  diskPath: string,
  settings: EfiSettings,
  use: (disk: PrivateDisk) => Promise<T>,
  { signal, ...options }: OpenVmdkOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const disk = await openEfiDisk(diskPath, options);
  let image: Image;
  try {
    image = await prepareRunDisk(disk, settings);
  } finally {
    await disk.close();
  }
  return withPrivateDisk(image, use, signal);
}

async function prepareRunDisk(disk: ExistingEfiDisk, settings: EfiSettings): Promise<Image> {
  const own = await readDiskSettings(disk.fat);
  const kept = settings.template === undefined ? own : withoutConversation(own);
  const text = formatSettings(overrideSettings(kept, settings));
  const entries: FatEntry[] = [{ type: 'file', path: SETTINGS_PATH, data: text }];
  for await (const { path, stat } of disk.fat.walk()) {
    if (stat.isRoot || foldName(path) === foldName(SETTINGS_PATH)) continue;
    const attributes = attributesOf(stat);
    if (stat.type === 'directory') entries.push({ type: 'directory', path, ...attributes });
    else entries.push({ type: 'file', path, data: await disk.data(stat), ...attributes });
  }
  return planEfiVolume(entries, { ggufs: disk.ggufs }).image;
}

function withoutConversation(settings: EfiSettings = {}): EfiSettings {
  const keys: readonly string[] = CONVERSATION_KEYS;
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !keys.includes(key)));
}

function attributesOf({ attributes, mtime }: FatStat): FatAttributes {
  const has = (bit: number): boolean => (attributes & bit) !== 0;
  return {
    readOnly: has(ATTRIBUTE.readOnly),
    hidden: has(ATTRIBUTE.hidden),
    system: has(ATTRIBUTE.system),
    mtime,
  };
}
