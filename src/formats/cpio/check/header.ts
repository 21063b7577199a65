import { Buffer } from 'buffer';
import type { Findings } from '../../findings.js';
import {
  CRC_MAGIC,
  FILE_TYPES,
  FILE_TYPE_MASK,
  MAGIC_LENGTH,
  MAX_DEVICE_MAJOR,
  MAX_DEVICE_MINOR,
} from '../layout.js';
import type { StoredMember } from '../observer.js';

/** The kernel's `umode_t` has 16 bits. */
const MAX_MODE = 0xffff;
/** Linux's Documentation/admin-guide/devices.txt: the system console. */
const CONSOLE = { path: '/dev/console', major: 5, minor: 1 } as const;

/** Checks the numbers in the header of a member that is no trailer. */
export function checkHeader(stored: StoredMember, findings: Findings): void {
  const { headerBytes, header, path } = stored;
  const { mode, rdevMajor: major, rdevMinor: minor, checksum } = header;
  const type = mode & FILE_TYPE_MASK;
  const isDevice = type === FILE_TYPES['character-device'] || type === FILE_TYPES['block-device'];
  if (!isHexadecimal(headerBytes)) {
    const message = 'not all of its digits are hexadecimal: newer kernels stop there';
    findings.add('header-digits', path, message);
  }
  if (mode > MAX_MODE) {
    findings.warn('mode-bits', path, `the mode 0${mode.toString(8)} has bits that mean nothing`);
  }
  if (isDevice && (major > MAX_DEVICE_MAJOR || minor > MAX_DEVICE_MINOR)) {
    const message = `no device of Linux is ${major}:${minor}: another one is made`;
    findings.add('device-range', path, message);
  }
  if (!isDevice && (major !== 0 || minor !== 0)) {
    findings.warn('device-number', path, `device ${major}:${minor}, though it is no device`);
  }
  if (path === CONSOLE.path) {
    const isConsole =
      type === FILE_TYPES['character-device'] && major === CONSOLE.major && minor === CONSOLE.minor;
    const message = 'not the character device 5:1: what init prints goes elsewhere';
    if (!isConsole) findings.warn('console-device', path, message);
  }
  const isSummed = isCrc(stored) && type === FILE_TYPES.file;
  if (!isSummed && checksum !== 0) {
    findings.warn('checksum-unused', path, 'a checksum where the format has none');
  }
}

/** Whether the member is of the format whose data have checksums. */
export function isCrc({ headerBytes }: StoredMember): boolean {
  return Buffer.from(headerBytes.subarray(0, MAGIC_LENGTH)).toString('latin1') === CRC_MAGIC;
}

function isHexadecimal(headerBytes: Uint8Array): boolean {
  for (let i = MAGIC_LENGTH; i < headerBytes.length; i++) {
    const lower = headerBytes[i]! | 0x20;
    const isDigit = headerBytes[i]! >= 0x30 && headerBytes[i]! <= 0x39;
    if (!isDigit && !(lower >= 0x61 && lower <= 0x66)) return false;
  }
  return true;
}
