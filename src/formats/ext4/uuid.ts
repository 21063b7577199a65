import { Buffer } from 'buffer';

/** The 16 bytes of a UUID as text: 8-4-4-4-12 hexadecimal digits, lower case (RFC 9562, section 4). */
export function formatUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
