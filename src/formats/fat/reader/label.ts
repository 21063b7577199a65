import { decodeOem } from '../oem.js';

/** A label as text, without its padding and without what a terminal might take for commands. */
export function labelText(bytes: Uint8Array): string {
  return decodeOem(bytes)
    .replace(/ +$/, '')
    .replace(/\p{Cc}/gu, '_');
}
