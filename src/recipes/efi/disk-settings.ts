import { ZosiaError } from '../../errors.js';
import type { FatReader, FatStat } from '../../formats/fat/reader/reader.js';
import {
  badSettingsFile,
  MAX_SETTINGS_BYTES,
  parseSettings,
  SETTINGS_PATH,
} from '../../formats/llama2c/settings/file.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';

/** What a path on a volume leads to; undefined when nothing is there. */
export async function findOnVolume(fat: FatReader, path: string): Promise<FatStat | undefined> {
  try {
    return await fat.stat(path);
  } catch (error) {
    if (error instanceof ZosiaError && error.code === 'ZOSIA_FAT_NO_SUCH_PATH') return undefined;
    throw error;
  }
}

/**
 * What the `llama2.cfg` of a volume says; undefined when it has none.
 *
 * @throws ZosiaError `ZOSIA_EFI_BAD_SETTINGS_FILE`
 */
export async function readDiskSettings(fat: FatReader): Promise<EfiSettings | undefined> {
  const stat = await findOnVolume(fat, SETTINGS_PATH);
  if (!stat) return undefined;
  if (stat.sizeBytes > MAX_SETTINGS_BYTES) {
    throw badSettingsFile(
      `llama2.cfg has ${stat.sizeBytes} bytes, too many for a file of settings`,
    );
  }
  const bytes = await (await fat.open(stat)).read(0, stat.sizeBytes);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw badSettingsFile('llama2.cfg is not UTF-8');
  }
  return parseSettings(text);
}
