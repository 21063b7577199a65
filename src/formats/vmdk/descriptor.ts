import { Buffer } from 'buffer';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { checkExtentName } from './names.js';
import {
  CREATE_TYPE,
  FLAT_CREATE_TYPES,
  GEOMETRY,
  MAX_DESCRIPTOR_BYTES,
  NO_CID,
  SIGNATURE,
} from './layout.js';
import { SECTOR_BYTES } from '../sector.js';

/** A run of sectors of the disk that is a run of sectors of a plain file. */
export interface FlatExtent {
  readonly sectorCount: number;
  /** The file's name as the descriptor gives it. */
  readonly name: string;
  /** Where the run starts in the file, in sectors. */
  readonly fileSector: number;
}

export interface Descriptor {
  /** 32-bit content id: changes when the disk's contents do. */
  readonly cid: number;
  /** In the disk's order, without gaps. */
  readonly extents: readonly FlatExtent[];
}

const hex = (cid: number): string => cid.toString(16).padStart(8, '0');

/**
 * The text of a descriptor. The content ids come before everything that holds a file's name: QEMU
 * finds them by searching the whole text.
 *
 * @throws ZosiaError `ZOSIA_VMDK_NAME`, `ZOSIA_VMDK_FRAGMENTED` when the text is longer than QEMU reads
 */
export function formatDescriptor({ cid, extents }: Descriptor): string {
  const cylinders = Math.ceil(
    extents.reduce((sum, extent) => sum + extent.sectorCount, 0) /
      (GEOMETRY.heads * GEOMETRY.sectors),
  );
  const text = [
    SIGNATURE,
    'version=1',
    `CID=${hex(cid)}`,
    `parentCID=${hex(NO_CID)}`,
    `createType="${CREATE_TYPE}"`,
    '',
    '# Extent description',
    ...extents.map(({ sectorCount, name, fileSector }) => {
      checkExtentName(name);
      return `RW ${sectorCount} FLAT "${name}" ${fileSector}`;
    }),
    '',
    '# The Disk Data Base',
    'ddb.virtualHWVersion = "4"',
    `ddb.geometry.cylinders = "${Math.min(cylinders, GEOMETRY.maxCylinders)}"`,
    `ddb.geometry.heads = "${GEOMETRY.heads}"`,
    `ddb.geometry.sectors = "${GEOMETRY.sectors}"`,
    'ddb.adapterType = "ide"',
    '',
  ].join('\n');
  if (Buffer.byteLength(text) > MAX_DESCRIPTOR_BYTES) {
    throw new ZosiaError(
      'ZOSIA_VMDK_FRAGMENTED',
      `a descriptor of ${extents.length} extents is longer than QEMU reads`,
      { hint: wording`Write the disk as raw instead (${option('format', 'raw')}).` },
    );
  }
  return text;
}

const MAX_LINE_LENGTH = 1024;

/** As QEMU knows a descriptor: comments and lines of blanks, and then a version from 1 to 3. */
export function isDescriptorText(text: string): boolean {
  return /^(?:#[^\n]*\n| +\r?\n)*version=[123]\r?\n/.test(text);
}

/** QEMU skips blanks before a line, so an extent may hide behind them. */
const EXTENT_LINE = /^\s*(RW|RDONLY|NOACCESS)\s/;

/** QEMU's rule: FLAT has an offset and VMFS has none; what follows an offset (a partition's UUID) is passed over. */
const FLAT_LINE =
  /^\s*RW\s+\+?(\d{1,16})\s+(?:FLAT\s+"([^"]+)"\s*\+?(\d{1,16})(?:\s.*)?|VMFS\s+"([^"]+)"\s*)$/;

/**
 * Parses a descriptor of plain files. What QEMU would skip, or take for something else, is refused:
 * everyone who reads the disk shall see the same bytes.
 *
 * @throws ZosiaError `ZOSIA_VMDK_CORRUPT`, `ZOSIA_VMDK_UNSUPPORTED`, `ZOSIA_VMDK_NAME`
 */
export function parseDescriptor(text: string): Descriptor {
  // A file may be filled up to a sector or more with NUL; QEMU reads up to the first.
  const [used = ''] = text.split('\0', 1);
  const lines = used.split(/\r?\n/);
  if (!isDescriptorText(used)) throw corrupt('it does not start as a VMDK descriptor does');
  const settings = new Map<string, string>();
  const extents: FlatExtent[] = [];
  for (const line of lines) {
    if (line.length > MAX_LINE_LENGTH) throw corrupt('it has a line of impossible length');
    if (EXTENT_LINE.test(line)) extents.push(parseExtent(line));
    const [key, value] = splitSetting(line);
    if (!settings.has(key)) settings.set(key, value);
  }
  const createType = settings.get('createType') ?? '';
  if (!FLAT_CREATE_TYPES.includes(createType)) {
    throw unsupported(`its kind is "${createType}", not a list of plain files`);
  }
  const parent = settings.get('parentCID') ?? hex(NO_CID);
  if (parent.toLowerCase() !== hex(NO_CID)) throw unsupported('it builds on a parent disk');
  const cid = settings.get('CID') ?? hex(NO_CID);
  if (!/^[0-9a-f]{1,8}$/i.test(cid)) throw corrupt('its content id is not a hexadecimal number');
  if (extents.length === 0) throw corrupt('it names no extent');
  return { cid: Number.parseInt(cid, 16), extents };
}

/** `key = "value"` or `key=value`; the first of a key counts, as it does for QEMU. */
function splitSetting(line: string): [key: string, value: string] {
  const [key = '', value = ''] = line.split('=', 2);
  return [key.trim(), value.trim().replace(/^"|"$/g, '')];
}

function parseExtent(line: string): FlatExtent {
  const match = FLAT_LINE.exec(line);
  if (!match) throw unsupportedExtent(line);
  const [, count, flatName, start = '0', vmfsName] = match;
  const name = flatName ?? vmfsName!;
  checkExtentName(name);
  const sectorCount = Number(count);
  const fileSector = Number(start);
  const end = sectorCount + fileSector;
  if (sectorCount === 0 || !Number.isSafeInteger(end * SECTOR_BYTES)) {
    throw corrupt(`the extent \`${line.slice(0, 80)}\` has an impossible length`);
  }
  return { sectorCount, name, fileSector };
}

export function corrupt(what: string): ZosiaError {
  return new ZosiaError('ZOSIA_VMDK_CORRUPT', `the VMDK descriptor is damaged: ${what}`, {
    hint: 'Build the disk again.',
  });
}

/**
 * QEMU, and so qemu-img, passes over each extent that is not `RW` or names no file, and takes the disk to be
 * that much shorter: converting is no way out for those.
 */
function unsupportedExtent(line: string): ZosiaError {
  const what = `the extent \`${line.trim().slice(0, 80)}\` is not a writable plain file`;
  const [, access, count = '0', kind] = /^\s*(\S+)\s+(\d{1,16})\s+(\w+)/.exec(line) ?? [];
  if (kind === 'ZERO' || access === 'NOACCESS') {
    const sizeBytes = BigInt(count) * BigInt(SECTOR_BYTES);
    return unsupported(
      what,
      `Make a file of zeros for it, truncate -s ${sizeBytes} zeros.img, and write in its place: ` +
        `RW ${count} FLAT "zeros.img" 0. qemu-img would leave it out, and shorten the disk.`,
    );
  }
  if (access === 'RDONLY') {
    return unsupported(
      what,
      'Write RW in place of RDONLY in a copy of the descriptor; zosia only reads it. qemu-img would ' +
        'leave it out, and shorten the disk.',
    );
  }
  return unsupported(what);
}

function unsupported(
  what: string,
  hint = 'Convert it first: qemu-img convert -O raw IN.vmdk OUT.img',
): ZosiaError {
  return new ZosiaError('ZOSIA_VMDK_UNSUPPORTED', `this VMDK cannot be read: ${what}`, { hint });
}
