/**
 * What both ends of a tunnel say to each other inside TLS. A frame is a byte that says what it is, the length of
 * what follows in three bytes, the highest first, and so many bytes:
 *
 *     ready   the worker's machine listens; first of what a worker says
 *     broken  it is over, before its end; one byte says why
 *     data    bytes of the connection
 *     end     no more data comes from this side
 *     alive   nothing but that this side is there
 */
export const FRAME = { ready: 1, broken: 2, data: 3, end: 4, alive: 5 } as const;
export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** Why a side ends before the end. */
export const REASON = { full: 1, unavailable: 2, ended: 3 } as const;
export type Reason = keyof typeof REASON;

export const HEADER_BYTES = 4;
/** Of one frame of data. */
export const MAX_PAYLOAD_BYTES = 1 << 20;

/** How many bytes may follow the header of a frame. */
const SIZES: Readonly<Record<FrameType, readonly [least: number, most: number]>> = {
  [FRAME.ready]: [0, 0],
  [FRAME.broken]: [1, 1],
  [FRAME.data]: [1, MAX_PAYLOAD_BYTES],
  [FRAME.end]: [0, 0],
  [FRAME.alive]: [0, 0],
};

export function frameHeader(type: FrameType, payloadBytes = 0): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(type, 0);
  header.writeUIntBE(payloadBytes, 1, HEADER_BYTES - 1);
  return header;
}

export const brokenFrame = (reason: Reason): Buffer =>
  Buffer.concat([frameHeader(FRAME.broken, 1), Uint8Array.of(REASON[reason])]);

/** @throws Error for what no tunnel says */
function parseHeader(header: Buffer): { readonly type: FrameType; readonly sizeBytes: number } {
  const type = header.readUInt8(0) as FrameType;
  const sizeBytes = header.readUIntBE(1, HEADER_BYTES - 1);
  const sizes = (SIZES as Readonly<Record<number, readonly [number, number]>>)[type];
  if (!sizes || sizeBytes < sizes[0] || sizeBytes > sizes[1]) {
    throw new Error(`a frame of type ${type} with ${sizeBytes} bytes`);
  }
  return { type, sizeBytes };
}

/** A frame without data, or a piece of one with data. */
export type Part =
  | { readonly type: typeof FRAME.ready | typeof FRAME.end | typeof FRAME.alive }
  | { readonly type: typeof FRAME.broken; readonly reason: Reason }
  | { readonly type: typeof FRAME.data; readonly bytes: Buffer };

/** Takes frames apart, wherever the pieces in which they come begin and end. Data is neither copied nor kept. */
export class FrameReader {
  #header = Buffer.alloc(0);
  #type: FrameType | undefined;
  #left = 0;

  /** @throws Error for what no tunnel says */
  *read(chunk: Buffer): Generator<Part> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#type === undefined) {
        const missing = HEADER_BYTES - this.#header.length;
        this.#header = Buffer.concat([this.#header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (this.#header.length < HEADER_BYTES) return;
        const { type, sizeBytes } = parseHeader(this.#header);
        this.#header = Buffer.alloc(0);
        if (type === FRAME.data || type === FRAME.broken) {
          this.#type = type;
          this.#left = sizeBytes;
        } else yield { type };
        continue;
      }
      const bytes = rest.subarray(0, this.#left);
      rest = rest.subarray(bytes.length);
      this.#left -= bytes.length;
      const type = this.#type;
      if (this.#left === 0) this.#type = undefined;
      yield type === FRAME.data ? { type, bytes } : { type: FRAME.broken, reason: reasonOf(bytes) };
    }
  }
}

function reasonOf(bytes: Buffer): Reason {
  const found = Object.entries(REASON).find(([, number]) => number === bytes[0]);
  if (!found) throw new Error(`a frame that breaks for the reason ${bytes[0] ?? 'none'}`);
  return found[0] as Reason;
}
