import { ZosiaError } from '../../errors.js';
import { finding } from '../findings.js';
import type { LocalFinding } from '../findings.js';
import type { CpioPart } from './member.js';

/** What stops the kernel in an initramfs. */
export class CorruptCpioError extends ZosiaError {
  constructor(
    /** In the source or, in a packed part, in what that unpacks to; in bytes. */
    readonly offset: number,
    readonly found: LocalFinding,
    /** Undefined: between the parts. */
    readonly part: CpioPart | undefined,
  ) {
    super('ZOSIA_CPIO_CORRUPT', `no intact newc cpio archive at ${offset}: ${found.message}`, {
      hint: 'The kernel unpacks what comes before, and no more. Build the initramfs again.',
    });
  }
}

/** @param code of what is wrong, for a check that goes through everything */
export function corrupt(
  offset: number,
  code: string,
  message: string,
  part?: CpioPart,
): CorruptCpioError {
  return new CorruptCpioError(offset, finding(code, message), part);
}
