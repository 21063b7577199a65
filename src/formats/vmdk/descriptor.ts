import { ZosiaError } from '../../errors.js';
import { checkExtentName } from './names.js';
import {
  CREATE_TYPE,
  FLAT_CREATE_TYPES,
  GEOMETRY,
  MAX_DESCRIPTOR_BYTES,
  NO_CID,
  SECTOR_BYTES,
  SIGNATURE,
} from './layout.js';

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
      { hint: 'Write the disk as raw instead (--format raw).' },
    );
  }
  return text;
}

const MAX_LINE_LENGTH = 1024;

/** QEMU skips blanks before a line, so an extent may hide behind them. */
const EXTENT_LINE = /^\s*(RW|RDONLY|NOACCESS)\s/;
const FLAT_LINE = /^\s*RW\s+(\d{1,16})\s+(?:FLAT|VMFS)\s+"([^"]+)"(?:\s+(\d{1,16}))?\s*$/;

/**
 * Parses a descriptor of plain files. What QEMU would skip, or take for something else, is refused:
 * everyone who reads the disk shall see the same bytes.
 *
 * @throws ZosiaError `ZOSIA_VMDK_CORRUPT`, `ZOSIA_VMDK_UNSUPPORTED`, `ZOSIA_VMDK_NAME`
 */
export function parseDescriptor(text: string): Descriptor {
  const lines = text.split(/\r?\n/);
  if (lines[0] !== SIGNATURE) throw corrupt('it does not start as a VMDK descriptor does');
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
  const cid = settings.get('CID') ?? '';
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
  if (!match) throw unsupported(`the extent \`${line.slice(0, 80)}\` is not a writable plain file`);
  const [, count, name, start = '0'] = match;
  checkExtentName(name!);
  const sectorCount = Number(count);
  const fileSector = Number(start);
  const end = sectorCount + fileSector;
  if (sectorCount === 0 || !Number.isSafeInteger(end * SECTOR_BYTES)) {
    throw corrupt(`the extent \`${line.slice(0, 80)}\` has an impossible length`);
  }
  return { sectorCount, name: name!, fileSector };
}

export function corrupt(what: string): ZosiaError {
  return new ZosiaError('ZOSIA_VMDK_CORRUPT', `the VMDK descriptor is damaged: ${what}`, {
    hint: 'Build the disk again.',
  });
}

function unsupported(what: string): ZosiaError {
  return new ZosiaError('ZOSIA_VMDK_UNSUPPORTED', `this VMDK cannot be read: ${what}`, {
    hint: 'Convert it first: qemu-img convert -O raw IN.vmdk OUT.img',
  });
}
