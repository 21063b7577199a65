import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeWakeMessage } from '../../../src/machine/linux/wake-message.js';

const entropy = Uint8Array.from({ length: 64 }, (_, index) => index + 1);

describe('the message that wakes a machine', () => {
  it('lies as guest/init/README.md has it', () => {
    const window = { rows: 0x0102, columns: 0x0304 };
    const bytes = encodeWakeMessage({
      timeMs: 5_000_000_000_250,
      entropy,
      window,
      isSession: true,
    });
    expect(bytes).toHaveLength(92);
    expect(bytes.toString('latin1', 0, 8)).toBe('zosiawk1');
    expect(bytes.readBigUInt64LE(8)).toBe(5_000_000_000n);
    expect(bytes.readUInt32LE(16)).toBe(250_000_000);
    expect([...bytes.subarray(20, 28)]).toEqual([2, 1, 4, 3, 2, 0, 0, 0]);
    expect(bytes.subarray(28)).toEqual(Buffer.from(entropy));
  });

  it('has the time to within a microsecond, wherever it would be rounded', () => {
    const times = fc.double({ min: 0, max: 4e12, noNaN: true });
    const boundaries = fc.integer({ min: 1, max: 4e9 }).map((seconds) => seconds * 1000 - 2 ** -12);
    fc.assert(
      fc.property(fc.oneof(times, boundaries, fc.constant(999.9999999)), (timeMs) => {
        const bytes = encodeWakeMessage({ timeMs, entropy });
        const nanoseconds = bytes.readUInt32LE(16);
        expect(nanoseconds).toBeLessThan(1e9);
        const said = Number(bytes.readBigUInt64LE(8)) * 1000 + nanoseconds / 1e6;
        expect(Math.abs(said - timeMs)).toBeLessThan(0.001);
      }),
    );
  });

  it('says nothing of a window that is not known, and as much as fits of a huge one', () => {
    expect(encodeWakeMessage({ timeMs: 0, entropy }).readUInt32LE(20)).toBe(0);
    const window = { rows: 70_000, columns: 1 };
    expect(encodeWakeMessage({ timeMs: 0, entropy, window }).readUInt16LE(20)).toBe(0xffff);
  });

  it('takes no other number of random bytes', () => {
    expect(() => encodeWakeMessage({ timeMs: 0, entropy: entropy.subarray(1) })).toThrow(
      RangeError,
    );
  });
});
