/** Bytes before the metadata: magic, version, and the numbers of tensors and of metadata (GGUF specification). */
const HEADER_BYTES = 24;
const COUNT_OFFSET = 16;
const UINT32 = 4;
const STRING = 8;
/** Tensors' data stays aligned when so many bytes more are before it. */
const ALIGNMENT_BYTES = 32;

/**
 * A GGUF with a number or a text more in its metadata, and a text that keeps its tensors aligned. What it had under the
 * same key has another one then.
 */
export function withMetadata(gguf: Buffer, key: string, value: number | string): Buffer {
  const more =
    typeof value === 'number'
      ? Buffer.concat([entry(key, UINT32), uint32(value)])
      : Buffer.concat([entry(key, STRING), string(value)]);
  const padded = (text: string): Buffer =>
    Buffer.concat([more, entry('zosia.padding', STRING), string(text)]);
  const missing = padded('').length % ALIGNMENT_BYTES;
  const added = padded(' '.repeat((ALIGNMENT_BYTES - missing) % ALIGNMENT_BYTES));
  const header = Buffer.from(gguf.subarray(0, HEADER_BYTES));
  header.writeBigUInt64LE(header.readBigUInt64LE(COUNT_OFFSET) + 2n, COUNT_OFFSET);
  return Buffer.concat([header, added, renamed(gguf.subarray(HEADER_BYTES), key)]);
}

function renamed(bytes: Buffer, key: string): Buffer {
  const at = bytes.indexOf(string(key));
  if (at < 0) return bytes;
  const copy = Buffer.from(bytes);
  copy.write('x', at + string(key).length - 1);
  return copy;
}

const entry = (key: string, type: number): Buffer => Buffer.concat([string(key), uint32(type)]);

function string(text: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return Buffer.concat([length, Buffer.from(text)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
