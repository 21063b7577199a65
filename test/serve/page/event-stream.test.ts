import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStream } from '../../../src/serve/page/event-stream.js';

/** Data of the events of a stream that arrives in pieces of those lengths, over and over. */
function readCut(text: string, lengths: readonly number[]): string[] {
  const stream = new EventStream();
  const bytes = new TextEncoder().encode(text);
  const found: string[] = [];
  for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length]!;
    found.push(...stream.push(bytes.subarray(offset, offset + length)));
    offset += length;
  }
  return found;
}

describe('EventStream', () => {
  it('gives the same events wherever the bytes are cut, with every kind of line break', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }).map((each) => each.replace(/[\r\n]/g, ' '))),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (texts, lineBreak, lengths) => {
          const data = texts.map((text) => JSON.stringify(`é 中 😀${text}`));
          const stream = data.map((each) => `data: ${each}${lineBreak}${lineBreak}`).join('');
          // A carriage return at the end may be half of a line break.
          expect(readCut(`${stream}: `, lengths)).toEqual(data);
        },
      ),
    );
  });

  it.each([
    ['leaves out comments and other fields', ': ping\nevent: x\nid: 1\ndata: a\n\n', ['a']],
    ['joins lines of data', 'data: a\ndata:b\ndata\n\n', ['a\nb\n']],
    ['takes one space away, not two', 'data:  a\n\n', [' a']],
    ['leaves out an event without data', 'event: x\n\n', []],
    ['leaves out an event that has not ended', 'data: a\n', []],
    ['gives errors of llama.cpp', 'error: {"message":"x"}\n\n', ['{"message":"x"}']],
  ])('%s', (_, stream, expected) => {
    expect(readCut(stream, [stream.length])).toEqual(expected);
  });
});
