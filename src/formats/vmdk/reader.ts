import { Buffer } from 'buffer';
import { isUtf8 } from '../byte-string.js';
import { ZosiaError } from '../../errors.js';
import { makeImage } from '../../image/image.js';
import type { Image, Segment } from '../../image/image.js';
import type { RandomAccess } from '../../image/random-access.js';
import { corrupt, isDescriptorText, parseDescriptor } from './descriptor.js';
import { MAX_DESCRIPTOR_BYTES, MAX_EXTENTS, SIGNATURE } from './layout.js';
import { SECTOR_BYTES } from '../sector.js';

/** A file that an extent names, as found on the host. */
export interface ExtentFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * Finds the file of a name in a descriptor. The name is as hostile as the descriptor: which folders it
 * may lead to is for this function to decide, by throwing.
 */
export type ExtentResolver = (name: string) => Promise<ExtentFile>;

/** QEMU looks no further to find out what a file is (BLOCK_PROBE_BUF_SIZE). */
const PROBED_BYTES = 512;

/** What Node.js decodes bytes to that are no UTF-8. */
const NOT_UTF8 = '\ufffd';

/** Whether the bytes start as a VMDK descriptor does, sound or not. */
export async function isVmdkDescriptor(source: RandomAccess): Promise<boolean> {
  const head = await source.read(0, Math.min(PROBED_BYTES, source.sizeBytes));
  const text = Buffer.from(head).toString('latin1');
  return text.startsWith(SIGNATURE) || isDescriptorText(text);
}

/**
 * The disk that a VMDK descriptor describes, as an image of ranges of the files it names. Each file is
 * resolved once.
 *
 * @throws ZosiaError `ZOSIA_VMDK_CORRUPT`, `ZOSIA_VMDK_UNSUPPORTED`, `ZOSIA_VMDK_NAME`,
 * `ZOSIA_VMDK_TRUNCATED` when a file is shorter than its extents; whatever `resolve` throws
 */
export async function readVmdk(source: RandomAccess, resolve: ExtentResolver): Promise<Image> {
  if (source.sizeBytes > MAX_DESCRIPTOR_BYTES) throw corrupt('it is longer than QEMU reads');
  const bytes = await source.read(0, source.sizeBytes);
  const isText = isUtf8(bytes);
  const { extents } = parseDescriptor(Buffer.from(bytes).toString('utf8'));
  if (extents.length > MAX_EXTENTS) throw corrupt(`it names ${extents.length} extents`);

  const files = new Map<string, ExtentFile>();
  const segments: Segment[] = [];
  let position = 0;
  for (const { sectorCount, name, fileSector } of extents) {
    if (!isText && name.includes(NOT_UTF8)) throw nameNotUtf8(name);
    const file = files.get(name) ?? (await resolve(name));
    files.set(name, file);
    const offset = fileSector * SECTOR_BYTES;
    const length = sectorCount * SECTOR_BYTES;
    if (offset + length > file.sizeBytes) throw truncated(name, offset + length, file.sizeBytes);
    segments.push({
      offset: position,
      length,
      source: { kind: 'file', path: file.path, offset },
      label: name,
    });
    position += length;
    if (!Number.isSafeInteger(position)) throw corrupt('its extents add up to an impossible size');
  }
  return makeImage(position, segments);
}

/** To QEMU a name is bytes, whatever encoding the descriptor says it has. */
function nameNotUtf8(name: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_VMDK_NAME',
    `the VMDK descriptor names a file, ${JSON.stringify(name)}, in bytes that are not UTF-8, and Node.js opens no other`,
    { hint: 'Rename the file in plain letters, in the descriptor too.' },
  );
}

function truncated(name: string, neededBytes: number, sizeBytes: number): ZosiaError {
  return new ZosiaError(
    'ZOSIA_VMDK_TRUNCATED',
    `${JSON.stringify(name)} has ${sizeBytes} bytes; the disk reads up to ${neededBytes}`,
    { hint: 'The file changed since the disk was built: put it back, or build the disk again.' },
  );
}
