import { ARCHITECTURES } from '../../artifacts/architectures.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { accessFile } from '../../host/access-file.js';
import type { RandomAccess } from '../../image/random-access.js';
import { firmwareVolumes } from './volume.js';
import type { Firmware, FirmwareFile } from './firmware.js';

/** The largest flash of a machine: 64 MiB on virt, 8 MiB on q35. */
const MAX_FLASH_BYTES: Readonly<Record<Architecture, number>> = {
  aarch64: 64 << 20,
  x86_64: 8 << 20,
};
/** Flash chips consist of blocks. */
const BLOCK_BYTES = 4096;
const BLANK_BYTES = 64;

/**
 * Refuses files that a user names as firmware and that are none, as far as that can be told: QEMU starts
 * anything, and a processor that finds no program there is silent. What is packed as qcow2 is left alone.
 *
 * @throws ZosiaError `ZOSIA_FIRMWARE_UNSUITABLE`
 */
export async function checkNamedFirmware(
  { code, variables }: Firmware,
  arch: Architecture,
): Promise<void> {
  await inspect(code, (image) => whatIsWrongWithCode(image, arch));
  if (variables) await inspect(variables, whatIsWrongWithVariables);
}

async function inspect(
  { path, format }: FirmwareFile,
  whatIsWrong: (image: RandomAccess) => Promise<string | undefined>,
): Promise<void> {
  if (format !== 'raw') return;
  const image = await accessFile(path);
  try {
    const problem = await whatIsWrong(image);
    if (problem === undefined) return;
    throw new ZosiaError('ZOSIA_FIRMWARE_UNSUITABLE', `${path} ${problem}`, {
      hint: wording`Give ${option('firmware')} the code of UEFI firmware for the machine, or CODE,VARS; without it zosia looks for what is installed.`,
    });
  } finally {
    await image.close();
  }
}

async function whatIsWrongWithCode(
  image: RandomAccess,
  arch: Architecture,
): Promise<string | undefined> {
  const { sizeBytes } = image;
  let hasVolume = false;
  for await (const volume of firmwareVolumes(image)) {
    if (volume.offset + volume.sizeBytes > sizeBytes) return 'is cut off: it is no whole firmware';
    hasVolume = true;
    if (volume.isVariables) continue;
    if (sizeBytes > MAX_FLASH_BYTES[arch]) {
      return `has ${sizeBytes} bytes; firmware for ${arch} has ${MAX_FLASH_BYTES[arch]} at most`;
    }
    if (sizeBytes % BLOCK_BYTES !== 0) return `has ${sizeBytes} bytes, which no flash chip has`;
    const other = ARCHITECTURES.find((each) => each !== arch)!;
    return (await mayBeFor(arch, image)) ? undefined : `is not for ${arch}, but for ${other}`;
  }
  if (hasVolume) return 'stores variables alone: it is not the code of a firmware';
  return 'is no UEFI firmware: it has no firmware volume';
}

/** Where aarch64 begins to run. An x86_64 begins at the other end, and has nothing here. */
async function mayBeFor(arch: Architecture, image: RandomAccess): Promise<boolean> {
  const [b0, b1, b2, b3] = await image.read(0, 4);
  const instruction = ((b3! << 24) | (b2! << 16) | (b1! << 8) | b0!) >>> 0;
  return arch === 'aarch64' ? instruction !== 0 : !isBranch(instruction);
}

/** The instruction `b` (Arm Architecture Reference Manual, C6.2). */
const isBranch = (instruction: number): boolean => instruction >>> 26 === 0b000101;

/** A blank chip will do: firmware makes its store there. */
async function whatIsWrongWithVariables(image: RandomAccess): Promise<string | undefined> {
  const start = await image.read(0, Math.min(BLANK_BYTES, image.sizeBytes));
  if (start.length > 0 && start.every((byte) => byte === start[0])) return undefined;
  for await (const { offset, isVariables } of firmwareVolumes(image)) {
    if (offset === 0 && isVariables) return undefined;
    return 'is the code of a firmware: the variables come second';
  }
  return 'stores no variables';
}
