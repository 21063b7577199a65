import { ZosiaError } from '../../errors.js';

export function tooLarge(what: string): ZosiaError {
  return new ZosiaError('ZOSIA_CPIO_TOO_LARGE', `the archive has ${what}`, {
    hint: 'No initramfs is like that; unpack it with cpio.',
  });
}
