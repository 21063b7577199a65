import { Buffer } from 'buffer';
import { sha256 } from '../../image/sha256.js';

/**
 * A GUID that follows from what it names, never from chance, so that the same inputs give the same
 * disk. It is of version 8 (RFC 9562: made as its maker likes).
 *
 * @param identity what tells this disk from others
 * @param parts what tells the GUID from others of the disk
 */
export function deriveGuid(identity: Uint8Array, ...parts: readonly (string | number)[]): string {
  const prefix = Buffer.from(`zosia gpt ${JSON.stringify(parts)}\0`, 'utf8');
  const hex = sha256(Buffer.concat([prefix, identity]));
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 3]!;
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
