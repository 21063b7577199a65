import { DELETE, LINE_FEED, TAB } from '../ascii.js';

/**
 * Text from a pipe or a file, for a guest that reads keys: without the control characters that would be
 * some, but for tabs and the ends of lines.
 */
export function plainLines(bytes: Uint8Array): Uint8Array {
  return bytes.filter(
    (byte) => (byte >= 0x20 && byte !== DELETE) || byte === TAB || byte === LINE_FEED,
  );
}
