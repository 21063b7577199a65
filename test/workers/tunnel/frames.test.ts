import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FRAME,
  FrameReader,
  brokenFrame,
  frameHeader,
} from '../../../src/workers/tunnel/frames.js';
import type { Reason } from '../../../src/workers/tunnel/frames.js';

type Said = Uint8Array | 'ready' | 'end' | 'alive' | Reason;

const said = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 70 }),
  fc.constantFrom<Said>('ready', 'end', 'alive', 'full', 'unavailable', 'ended'),
);

function encode(each: Said): Buffer {
  if (typeof each !== 'string') {
    return Buffer.concat([frameHeader(FRAME.data, each.length), each]);
  }
  return each === 'ready' || each === 'end' || each === 'alive'
    ? frameHeader(FRAME[each])
    : brokenFrame(each);
}

describe('FrameReader', () => {
  it('reads what was said, wherever it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(said, { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (all, cuts) => {
          const bytes = Buffer.concat(all.map(encode));
          const reader = new FrameReader();
          const data: Buffer[] = [];
          const others: string[] = [];
          for (let at = 0, count = 0; at < bytes.length; count++) {
            const size = cuts[count % cuts.length]!;
            for (const part of reader.read(bytes.subarray(at, at + size))) {
              if (part.type === FRAME.data) data.push(part.bytes);
              else if (part.type === FRAME.broken) others.push(part.reason);
              else others.push(Object.entries(FRAME).find(([, type]) => type === part.type)![0]);
            }
            at += size;
          }
          const expected = all.filter((each) => typeof each !== 'string');
          expect(Buffer.concat(data)).toEqual(Buffer.concat(expected));
          expect(others).toEqual(all.filter((each) => typeof each === 'string'));
        },
      ),
    );
  });

  it('keeps nothing of what is no frame, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), ([type = 0, a, b, c]) => {
        const size = (a! << 16) | (b! << 8) | c!;
        const isFrame = ([FRAME.ready, FRAME.end, FRAME.alive] as number[]).includes(type)
          ? size === 0
          : type === FRAME.broken
            ? size === 1
            : type === FRAME.data && size > 0 && size <= 1 << 20;
        const read = () => [...new FrameReader().read(Buffer.from([type, a!, b!, c!]))];
        if (isFrame) read();
        else expect(read).toThrow(`type ${type} with ${size} bytes`);
      }),
    );
  });
});
