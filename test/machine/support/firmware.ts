import type { Architecture } from '../../../src/artifacts/architectures.js';
import { parseGuid } from '../../../src/formats/gpt/guid.js';

const PROGRAMS = '8c8ce578-8a3d-4f1c-9935-896185c32dd3';
const VARIABLES = 'fff12b8d-7696-4c8b-a985-2747075b4f50';

/** The beginning of a firmware volume that nothing is in. */
function volume(guid: string, sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes, 0xff);
  bytes.fill(0, 0, 16);
  bytes.set(parseGuid(guid)!, 16);
  bytes.writeBigUInt64LE(BigInt(sizeBytes), 32);
  bytes.write('_FVH', 40);
  return bytes;
}

/** Looks like the code of UEFI firmware, and runs nowhere. */
export function sampleFirmware(arch: Architecture): Buffer {
  if (arch === 'x86_64') return volume(PROGRAMS, 1 << 16);
  const start = Buffer.alloc(4096, 0xff);
  start.writeUInt32LE(0x1400_0400);
  return Buffer.concat([start, volume(PROGRAMS, (1 << 16) - 4096)]);
}

/** Looks like a store of variables. */
export function sampleVariables(): Buffer {
  return volume(VARIABLES, 1 << 16);
}
