/**
 * Frames of streams: what the host and the guest's init say to each other over a port (guest/init/README.md,
 * "Streams"). Numbers have their lowest byte first.
 */
const HEADER = {
  stream: { offset: 0 },
  size: { offset: 4 },
  type: { offset: 6 },
  zero: { offset: 7 },
  bytes: 8,
} as const;

/** The most that one frame carries. */
export const MAX_PAYLOAD_BYTES = 16 << 10;

export const FRAME = { open: 1, data: 2, room: 3, close: 4, reach: 5 } as const;

/** In the numbers of streams that the guest opens, and in no others. */
export const STREAM_OF_GUEST = 0x8000_0000;

type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** What a frame says of one stream. */
export type Frame = { readonly stream: number } & (
  | { readonly type: typeof FRAME.open | typeof FRAME.close }
  | { readonly type: typeof FRAME.data; readonly payload: Uint8Array }
  /** So many bytes more may be sent. */
  | { readonly type: typeof FRAME.room; readonly bytes: number }
  /** Opens one that leads to what the host knows by that number: only from the guest. */
  | { readonly type: typeof FRAME.reach; readonly target: number }
);

const NUMBER_BYTES = 4;

/** Which sizes a frame of a type may have. */
const SIZES: Readonly<Record<FrameType, readonly [least: number, most: number]>> = {
  [FRAME.open]: [0, 0],
  [FRAME.data]: [1, MAX_PAYLOAD_BYTES],
  [FRAME.room]: [NUMBER_BYTES, NUMBER_BYTES],
  [FRAME.close]: [0, 0],
  [FRAME.reach]: [NUMBER_BYTES, NUMBER_BYTES],
};

export function encodeFrame(frame: Frame): Uint8Array {
  const payload = payloadOf(frame);
  const bytes = Buffer.alloc(HEADER.bytes + payload.length);
  bytes.writeUInt32LE(frame.stream, HEADER.stream.offset);
  bytes.writeUInt16LE(payload.length, HEADER.size.offset);
  bytes.writeUInt8(frame.type, HEADER.type.offset);
  bytes.set(payload, HEADER.bytes);
  return bytes;
}

function payloadOf(frame: Frame): Uint8Array {
  if (frame.type === FRAME.data) return frame.payload;
  if (frame.type !== FRAME.room && frame.type !== FRAME.reach) return new Uint8Array(0);
  const bytes = Buffer.alloc(NUMBER_BYTES);
  bytes.writeUInt32LE(frame.type === FRAME.room ? frame.bytes : frame.target);
  return bytes;
}

/** Makes frames of bytes that come in pieces; keeps less than one frame of them. */
export class FrameReader {
  #bytes = Buffer.alloc(0);

  /**
   * The frames that are whole with these bytes.
   *
   * @throws Error when what comes is no frame
   */
  *feed(bytes: Uint8Array): Generator<Frame> {
    this.#bytes =
      this.#bytes.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      const size = wholeFrame(this.#bytes);
      if (size === undefined) return;
      const frame = decode(this.#bytes.subarray(0, size));
      this.#bytes = this.#bytes.subarray(size);
      yield frame;
    }
  }
}

/** The size in bytes of the frame that begins here, or undefined while it is not whole. */
function wholeFrame(bytes: Buffer): number | undefined {
  if (bytes.length < HEADER.bytes) return undefined;
  const type = bytes.readUInt8(HEADER.type.offset);
  const payload = bytes.readUInt16LE(HEADER.size.offset);
  const [least, most] = isType(type) ? SIZES[type] : [1, 0];
  const isRight =
    payload >= least &&
    payload <= most &&
    bytes.readUInt32LE(HEADER.stream.offset) !== 0 &&
    bytes.readUInt8(HEADER.zero.offset) === 0;
  if (!isRight) throw new Error('it says something else than a frame');
  return bytes.length < HEADER.bytes + payload ? undefined : HEADER.bytes + payload;
}

const isType = (type: number): type is FrameType => Object.hasOwn(SIZES, type);

function decode(bytes: Buffer): Frame {
  const stream = bytes.readUInt32LE(HEADER.stream.offset);
  const type = bytes.readUInt8(HEADER.type.offset) as FrameType;
  if (type === FRAME.data) return { stream, type, payload: bytes.subarray(HEADER.bytes) };
  if (type === FRAME.room) return { stream, type, bytes: bytes.readUInt32LE(HEADER.bytes) };
  if (type === FRAME.reach) return { stream, type, target: bytes.readUInt32LE(HEADER.bytes) };
  return { stream, type };
}
