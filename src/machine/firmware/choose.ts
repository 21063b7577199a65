import { stat } from 'node:fs/promises';
import { ZosiaError } from '../../errors.js';
import type { Architecture } from '../../artifacts/architectures.js';
import type { HostFolders } from '../../host/host-folders.js';
import { shellWord } from '../../shell-word.js';
import { option, wording } from '../../wording.js';
import { findQemu } from '../qemu/binary.js';
import { checkNamedFirmware } from './check.js';
import { findFirmware, firmwareMissing, firmwarePrefixes, namedFirmware } from './find.js';
import type { Firmware } from './firmware.js';

/**
 * The firmware of a machine: the one that was named, or else what the host has.
 *
 * @param named as {@link namedFirmware} reads it
 * @throws ZosiaError `ZOSIA_FIRMWARE_NOT_FOUND`, `ZOSIA_FIRMWARE_UNSUITABLE`, `ZOSIA_FIRMWARE_WRONG_SIZE`,
 *   and those of `findQemu`
 */
export async function chosenFirmware(
  arch: Architecture,
  named: string | undefined,
  { searchPath, configDirectory }: HostFolders,
): Promise<Firmware> {
  const { path } = await findQemu(arch, searchPath);
  const search = { arch, prefixes: await firmwarePrefixes(path), configDirectory };
  if (named === undefined) {
    const found = await findFirmware(search);
    if (!found) throw firmwareMissing(arch);
    await checkFlash(found, arch);
    return found;
  }
  const firmware = await namedFirmware(named, search);
  await checkNamedFirmware(firmware, arch);
  await checkFlash(firmware, arch);
  return { ...firmware, isNamed: true };
}

/** The flash chips of QEMU's virt machine have this size; those of a PC have that of their files. */
const VIRT_FLASH_BYTES = 64 << 20;

/** @throws ZosiaError `ZOSIA_FIRMWARE_WRONG_SIZE` */
async function checkFlash({ code, variables }: Firmware, arch: Architecture): Promise<void> {
  if (arch !== 'aarch64' || !variables) return;
  for (const { path, format } of [code, variables]) {
    const { size } = await stat(path);
    if (format !== 'raw' || size === VIRT_FLASH_BYTES) continue;
    throw new ZosiaError(
      'ZOSIA_FIRMWARE_WRONG_SIZE',
      `${path} has ${size} bytes; a flash chip of the machine has ${VIRT_FLASH_BYTES}`,
      {
        hint: wording`Give the code alone, with variables in memory: ${option('firmware', shellWord(code.path))}`,
      },
    );
  }
}
