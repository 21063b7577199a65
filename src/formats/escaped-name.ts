import { Buffer } from 'buffer';
import { toByteString } from './byte-string.js';
import type { ByteString } from './byte-string.js';
import { hasUnseen } from './unseen.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * A name as printable text. Names are bytes: those that are UTF-8 stay as they are, but for what cannot be
 * seen, which becomes `\xHH` for each byte, and the backslash, which becomes two. Others have `\xHH` for
 * each byte outside of ASCII. {@link unescapeName} gives the bytes back.
 */
export function escapeName(bytes: Uint8Array): string {
  if (isPlain(bytes)) return toByteString(bytes);
  const text = decode(bytes);
  const encoding = text === undefined ? 'latin1' : 'utf8';
  const characters = text ?? Buffer.from(bytes).toString('latin1');
  let escaped = '';
  for (const character of characters) {
    const code = character.codePointAt(0)!;
    if (hasUnseen(character) || (text === undefined && code > 0x7f)) {
      escaped += Buffer.from(character, encoding).toString('hex').replace(/../g, '\\x$&');
    } else {
      escaped += character === '\\' ? '\\\\' : character;
    }
  }
  return escaped;
}

/** Whether the bytes stand for themselves, as those of nearly all names do: ASCII, and no backslash. */
function isPlain(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte < 0x20 || byte > 0x7e || byte === 0x5c) return false;
  }
  return true;
}

/** As UTF-8, or undefined when the bytes are none, or lose something on the way, as a byte order mark. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes);
    return Buffer.byteLength(text, 'utf8') === bytes.length ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes of an escaped name. A backslash that begins no escape stands for itself. */
export function unescapeName(text: string): Uint8Array {
  const parts = text.split(/(\\\\|\\x[0-9a-f]{2})/i).map((part, i) => {
    if (i % 2 === 0) return Buffer.from(part, 'utf8');
    return part === '\\\\' ? Buffer.from('\\') : Buffer.from(part.slice(2), 'hex');
  });
  return Uint8Array.from(Buffer.concat(parts));
}

/** The names along a path; empty ones and `.` are passed over. Text is unescaped, bytes are not. */
export function pathNames(path: string | Uint8Array): ByteString[] {
  const bytes = typeof path === 'string' ? unescapeName(path) : path;
  return toByteString(bytes)
    .split('/')
    .filter((name) => name !== '' && name !== '.');
}
