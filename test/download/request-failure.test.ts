import { describe, expect, it } from 'vitest';
import { retryAfter } from '../../src/download/request-failure.js';

describe('retryAfter', () => {
  it('parses seconds and dates, within limits', () => {
    expect(retryAfter('2')).toEqual({ retryAfterMs: 2000 });
    expect(retryAfter('86400')).toEqual({ retryAfterMs: 86_400_000 });
    expect(retryAfter('Thu, 01 Jan 1970 00:00:00 GMT')).toEqual({ retryAfterMs: 0 });
    expect(retryAfter('Thu, 01 Jan 2099 00:00:00 GMT')).toEqual({ retryAfterMs: 366 * 86_400_000 });
    expect(retryAfter('soon')).toEqual({});
    expect(retryAfter(undefined)).toEqual({});
  });

  it('counts from the time that the server has, not from that of a host whose clock is wrong', () => {
    const after = 'Thu, 01 Jan 2099 00:00:07 GMT';
    expect(retryAfter(after, 'Thu, 01 Jan 2099 00:00:00 GMT')).toEqual({ retryAfterMs: 7000 });
    expect(retryAfter('7', 'Thu, 01 Jan 2099 00:00:00 GMT')).toEqual({ retryAfterMs: 7000 });
    expect(retryAfter('Thu, 01 Jan 1970 00:00:00 GMT', 'now')).toEqual({ retryAfterMs: 0 });
  });
});
