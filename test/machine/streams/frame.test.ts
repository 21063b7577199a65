import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FRAME,
  FrameReader,
  MAX_PAYLOAD_BYTES,
  encodeFrame,
} from '../../../src/machine/streams/frame.js';
import type { Frame } from '../../../src/machine/streams/frame.js';

const stream = fc.integer({ min: 1, max: 0xffff_ffff });
const frames: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ stream, type: fc.constantFrom(FRAME.open, FRAME.close) }),
  fc.record({
    stream,
    type: fc.constant(FRAME.data),
    payload: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
  fc.record({ stream, type: fc.constant(FRAME.room), bytes: fc.nat(0xffff_ffff) }),
  fc.record({ stream, type: fc.constant(FRAME.reach), target: fc.nat(0xffff_ffff) }),
);

const plain = (frame: Frame): unknown =>
  frame.type === FRAME.data ? { ...frame, payload: [...frame.payload] } : frame;

describe('frames', () => {
  it('are read as they were written, whatever pieces they come in', () => {
    fc.assert(
      fc.property(fc.array(frames), fc.array(fc.nat(20)), (written, sizes) => {
        const bytes = Buffer.concat(written.map(encodeFrame));
        const reader = new FrameReader();
        const read: Frame[] = [];
        let at = 0;
        for (const size of [...sizes, bytes.length]) {
          read.push(...reader.feed(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(read.map(plain)).toEqual(written.map(plain));
      }),
    );
  });

  it('have the layout that the guest knows', () => {
    const bytes = encodeFrame({ stream: 0x0102_0304, type: FRAME.room, bytes: 0x0506_0708 });
    expect([...bytes]).toEqual([4, 3, 2, 1, 4, 0, 3, 0, 8, 7, 6, 5]);
  });

  it.each([
    ['of stream 0', [0, 0, 0, 0, 0, 0, 1, 0]],
    ['of no type', [1, 0, 0, 0, 0, 0, 9, 0]],
    ['of type 0', [1, 0, 0, 0, 0, 0, 0, 0]],
    ['whose last byte is none', [1, 0, 0, 0, 0, 0, 1, 1]],
    ['that opens with a payload', [1, 0, 0, 0, 1, 0, 1, 0]],
    ['of no data', [1, 0, 0, 0, 0, 0, 2, 0]],
    ['of more data than one holds', [1, 0, 0, 0, 1, MAX_PAYLOAD_BYTES >> 8, 2, 0]],
    ['that reaches nothing', [1, 0, 0, 0, 0, 0, 5, 0]],
    ['whose room is no number', [1, 0, 0, 0, 3, 0, 3, 0]],
  ])('%s are refused', (_, bytes) => {
    expect(() => [...new FrameReader().feed(Uint8Array.from(bytes))]).toThrow(
      /no.*frame|than a frame/,
    );
  });
});
