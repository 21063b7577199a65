import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FirmwareOutput } from '../../../src/machine/firmware/output.js';

/** What OVMF and AAVMF of Debian 12 print before they start a kernel, byte for byte. */
const OVMF =
  '\u001b[2J\u001b[01;01H\u001b[=3h\u001b[2J\u001b[01;01H\u001b[2J\u001b[01;01H\u001b[=3h\u001b[2J\u001b[01;01H';
const AAVMF = `UEFI firmware (version  built at 13:10:49 on Nov  5 2024)\r\n${OVMF}`;

function strip(pieces: readonly string[]): string {
  const output = new FirmwareOutput();
  return pieces
    .map((piece) => Buffer.from(output.strip(Buffer.from(piece, 'latin1'))).toString('latin1'))
    .join('');
}

describe('FirmwareOutput', () => {
  it.each([
    ['OVMF', OVMF],
    ['AAVMF', AAVMF],
    ['nothing', ''],
  ])('takes out what %s prints, in pieces of any size', (_, firmware) => {
    const guest = '\0zosia: init\r\n\u001b[1m> \u001b[2JUEFI firmware (as a model says)\r\n';
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 99 }), (sizes) => {
        const whole = firmware + guest;
        const pieces: string[] = [];
        let start = 0;
        for (const size of sizes) pieces.push(whole.slice(start, (start += size)));
        expect(strip([...pieces, whole.slice(start)])).toBe(guest);
      }),
    );
  });

  it.each([
    'BdsDxe: failed to load Boot0001 "UEFI Misc Device"\r\n\u001b[2J',
    '!!!! X64 Exception Type - 0E(#PF - Page-Fault) !!!!\r\n',
    'EFI stub: ERROR: Failed to load initrd!\r\n',
    '[    0.000000] Linux version 6.1\r\n',
  ])('passes on what went wrong, and all that follows: %j', (text) => {
    expect(strip([AAVMF, text])).toBe(text);
  });

  it('holds back no more than a line', () => {
    const long = `UEFI firmware (${'x'.repeat(300)}`;
    expect(strip([OVMF, long])).toBe(long);
    expect(strip(['\u001b[', '1;'.repeat(200)])).toBe(`\u001b[${'1;'.repeat(200)}`);
  });
});
