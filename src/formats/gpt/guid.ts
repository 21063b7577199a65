import { Buffer } from 'buffer';
/** Where each byte of a GUID's text lies on disk: its first three numbers are little-endian there. */
const BYTE_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A GUID as text, in lower case (UEFI Specification, "GUID and Time Formats"). */
export function formatGuid(bytes: Uint8Array): string {
  const hex = BYTE_ORDER.map((i) => bytes[i]!.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The 16 bytes of a GUID as they lie on disk; undefined when the text is none. */
export function parseGuid(text: string): Uint8Array | undefined {
  if (!GUID.test(text)) return undefined;
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  return Uint8Array.from(BYTE_ORDER, (i) => bytes[i]!);
}
