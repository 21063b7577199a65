import { byteField, le32, readBytes, readNumber } from '../../formats/fields.js';
import { formatGuid } from '../../formats/gpt/guid.js';
import type { RandomAccess } from '../../image/random-access.js';

/**
 * The beginning of a firmware volume's header (UEFI Platform Initialization Specification, volume 3,
 * "EFI_FIRMWARE_VOLUME_HEADER").
 */
const VOLUME_HEADER = {
  fileSystemGuid: byteField(16, 16, 'what the volume holds, and how'),
  lengthLow: le32(32, 'bytes of the volume, lower half'),
  lengthHigh: le32(36, 'upper half'),
  signature: byteField(40, 4, '_FVH'),
} as const;

const HEADER_BYTES = 44;
const SIGNATURE = Buffer.from('_FVH');
/** Of a volume that stores variables, in EDK II (EFI_SYSTEM_NV_DATA_FV_GUID). */
const VARIABLES_GUID = 'fff12b8d-7696-4c8b-a985-2747075b4f50';
/** Volumes begin at multiples of this in all firmware for virtual machines. */
const ALIGNMENT_BYTES = 4096;

/** A firmware volume in the image of a flash chip. */
export interface FirmwareVolume {
  readonly offset: number;
  readonly sizeBytes: number;
  /** Whether it stores variables; any other has programs. */
  readonly isVariables: boolean;
}

/** Finds the firmware volumes of an image, in their order; one may say that it goes on beyond the end. */
export async function* firmwareVolumes(image: RandomAccess): AsyncGenerator<FirmwareVolume> {
  let offset = 0;
  while (offset + HEADER_BYTES <= image.sizeBytes) {
    const header = await image.read(offset, HEADER_BYTES);
    const sizeBytes =
      readNumber(VOLUME_HEADER.lengthHigh, header) * 2 ** 32 +
      readNumber(VOLUME_HEADER.lengthLow, header);
    if (!SIGNATURE.equals(readBytes(VOLUME_HEADER.signature, header))) {
      offset += ALIGNMENT_BYTES;
      continue;
    }
    const guid = formatGuid(readBytes(VOLUME_HEADER.fileSystemGuid, header));
    yield { offset, sizeBytes, isVariables: guid === VARIABLES_GUID };
    const end = offset + Math.max(sizeBytes, ALIGNMENT_BYTES);
    offset = Math.ceil(end / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  }
}
