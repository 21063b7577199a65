import { ZosiaError } from '../../errors.js';

/** What stops the kernel in an initramfs. @param offset in the source or, in a packed part, unpacked */
export function corrupt(offset: number, detail: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_CPIO_CORRUPT',
    `no intact newc cpio archive at ${offset}: ${detail}`,
    {
      hint: 'The kernel unpacks what comes before, and no more. Build the initramfs again.',
    },
  );
}
