import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerReader } from '../../../src/machine/efi/answer-frames.js';

const STX = '\x02';
const ETX = '\x03';
const EOT = '\x04';
const CAN = '\x18';

/** Reads a stream cut into pieces of the given sizes, over and over. */
function read(stream: Uint8Array, sizes: readonly number[] = [stream.length || 1]) {
  const reader = new AnswerReader();
  const answer: Uint8Array[] = [];
  const console: Uint8Array[] = [];
  for (let offset = 0, turn = 0; offset < stream.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    const piece = reader.read(stream.subarray(offset, offset + size));
    answer.push(piece.answer);
    console.push(piece.console);
    offset += size;
  }
  return {
    answer: Buffer.concat(answer).toString('utf8'),
    console: Buffer.concat(console).toString('utf8'),
    end: reader.end,
  };
}

const readText = (text: string, sizes?: readonly number[]) => read(Buffer.from(text), sizes);

describe('AnswerReader', () => {
  it('joins the text of the frames, and passes the rest to the console', () => {
    const stream = `Once${STX} upon${ETX} upon\x1b[1m${STX} a\ttime\n${ETX}\r\n${EOT}bye`;
    expect(readText(stream)).toEqual({
      answer: ' upon a\ttime\n',
      console: 'Once upon\x1b[1m\r\nbye',
      end: { kind: 'complete' },
    });
  });

  it('reports a failure with its reason and the text before it', () => {
    expect(readText(`${STX}Once${ETX}${CAN}out of memory${ETX}zosia: out of memory`)).toEqual({
      answer: 'Once',
      console: 'zosia: out of memory',
      end: { kind: 'failed', message: 'out of memory' },
    });
  });

  it('reports no end before one has arrived', () => {
    expect(readText(`${STX}Once${ETX}`).end).toBeUndefined();
    expect(readText(`${STX}Once`)).toMatchObject({ answer: 'Once', end: undefined });
    expect(readText(`${CAN}out of mem`).end).toBeUndefined();
  });

  it('passes what interrupts a frame to the console, because the application has crashed', () => {
    expect(readText(`${STX}Once\r\n!!!! X64 Exception Type - 06 !!!!\r\n`)).toEqual({
      answer: 'Once',
      console: '\r\n!!!! X64 Exception Type - 06 !!!!\r\n',
      end: undefined,
    });
    expect(readText(`${STX}Once${STX} upon${ETX}${EOT}`)).toMatchObject({
      answer: 'Once upon',
      end: { kind: 'complete' },
    });
  });

  it('uses only the first end', () => {
    const stream = `${STX}a${ETX}${EOT}${STX}b${ETX}${CAN}no${ETX}`;
    expect(readText(stream)).toMatchObject({ answer: 'a', end: { kind: 'complete' } });
    expect(readText(`${CAN}no${ETX}${EOT}${EOT}`)).toMatchObject({
      console: '',
      end: { kind: 'failed', message: 'no' },
    });
    expect(readText(`${EOT}${EOT}${EOT}`)).toEqual({
      answer: '',
      console: '',
      end: { kind: 'complete' },
    });
  });

  it('keeps a limited part of a reason', () => {
    const { end } = readText(`${CAN}${'x'.repeat(1 << 20)}${ETX}`);
    expect(end).toEqual({ kind: 'failed', message: 'x'.repeat(4096) });
  });

  const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 });

  it('reads what was sent, in chunks of any size', () => {
    const control = /[\p{Cc}]/gu;
    const console = fc
      .string({ unit: 'binary', maxLength: 20 })
      .map((text) => text.replace(control, ''));
    const text = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .map((raw) => raw.replace(/[^\P{Cc}\n\t]/gu, ''));
    fc.assert(
      fc.property(fc.array(fc.tuple(console, text), { maxLength: 20 }), sizes, (parts, cuts) => {
        const stream = parts.map(([outside, inside]) => `${outside}${STX}${inside}${ETX}`);
        expect(readText(`${stream.join('')}${EOT}`, cuts)).toEqual({
          answer: parts.map(([, inside]) => inside).join(''),
          console: parts.map(([outside]) => outside).join(''),
          end: { kind: 'complete' },
        });
      }),
    );
  });

  it('gives the same result for any bytes in any chunks, and loses no console byte', () => {
    const frameBytes = fc.constantFrom(2, 3, 4, 0x18, 0x0a, 0x41);
    const bytes = fc.array(fc.oneof(frameBytes, fc.integer({ min: 0, max: 255 })));
    fc.assert(
      fc.property(bytes, sizes, (list, cuts) => {
        const stream = Uint8Array.from(list);
        expect(read(stream, cuts)).toEqual(read(stream));
        const isText = (letter: string) => letter >= ' ' || letter === '\n' || letter === '\t';
        expect(Array.from(read(stream).answer).every(isText)).toBe(true);
      }),
    );
  });
});
