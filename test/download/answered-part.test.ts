import { describe, expect, it } from 'vitest';
import { FileChanged, answeredPart } from '../../src/download/answered-part.js';
import type { Known } from '../../src/download/answered-part.js';
import type { Range } from '../../src/download/ranges.js';

const ASKED: Range = [100, 200];
const NEW: Known = { version: {}, hasBytes: false };

function answer(status: number, headers: Record<string, string>, known: Known = NEW): unknown {
  const url = new URL('http://models.test/model.gguf');
  const open = { status, headers, url, sentBy: [], hasLeft: false };
  const unread = () => {
    throw new Error('the body is not looked at');
  };
  return answeredPart({ ...open, chunks: unread, dispose: () => undefined }, ASKED, known);
}

describe('answeredPart', () => {
  it('takes the range that was asked for, up to the end of the file', () => {
    expect(answer(206, { 'content-range': 'bytes 100-199/1000' })).toMatchObject({
      from: 100,
      to: 200,
      sizeBytes: 1000,
      isRange: true,
    });
    expect(answer(206, { 'content-range': 'bytes 100-149/150' })).toMatchObject({ to: 150 });
    expect(answer(206, { 'content-range': 'bytes 100-199/*' })).toMatchObject({
      to: 200,
      sizeBytes: undefined,
    });
  });

  it.each([
    ['none', undefined],
    ['that of several parts, whose ranges are in the body', ''],
    ['another begin', 'bytes 101-199/1000'],
    ['the begin of the file', 'bytes 0-99/1000'],
    ['a later end', 'bytes 100-200/1000'],
    ['an end before the begin', 'bytes 100-99/1000'],
    ['an end beyond the file', 'bytes 100-199/150'],
    ['another unit', 'items 100-199/1000'],
    ['no range', 'bytes */1000'],
    ['a number that cannot be exact', 'bytes 100-199/99999999999999999'],
    ['what is no number', 'bytes 100-199/-1'],
  ])('refuses a 206 with a wrong Content-Range: %s', (_, header) => {
    const headers = header === undefined ? {} : { 'content-range': header };
    expect(() => answer(206, headers)).toThrow(
      expect.objectContaining({
        reason: 'it sends another part than was asked for',
        isTransient: true,
      }),
    );
  });

  it.each([
    ['size', { 'content-range': 'bytes 100-199/1001', etag: '"a"' }],
    ['strong tag', { 'content-range': 'bytes 100-199/1000', etag: '"b"' }],
    ['weak tag', { 'content-range': 'bytes 100-199/1000', etag: 'W/"b"' }],
  ])('sees by another %s that the file has changed', (_, headers) => {
    const known: Known = { version: { etag: '"a"' }, sizeBytes: 1000, hasBytes: true };
    expect(() => answer(206, headers, known)).toThrow(FileChanged);
    expect(() => answer(206, headers)).not.toThrow();
  });

  it('has no size for a whole file without a length, or with one that is none', () => {
    for (const headers of [{}, { 'content-length': '-1' }, { 'content-length': '1e3' }]) {
      expect(answer(200, headers as Record<string, string>)).toMatchObject({
        from: 0,
        to: Infinity,
        sizeBytes: undefined,
        isRange: false,
      });
    }
  });
});
