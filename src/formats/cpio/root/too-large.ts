import { ZosiaError } from '../../../errors.js';
import type { CpioMember } from '../member.js';

/** More than any initramfs has, and with the next a bound on memory. */
const MAX_MEMBERS = 400_000;
/** Names and link targets of all members. */
const MAX_NAME_BYTES = 48 << 20;

/** Counts the members of an initramfs, and refuses more than can be kept in memory. */
export class MemberBounds {
  #memberCount = 0;
  #nameBytes = 0;

  /** @throws ZosiaError `ZOSIA_CPIO_TOO_LARGE` */
  count(member: CpioMember): void {
    if (++this.#memberCount > MAX_MEMBERS) throw tooLarge(`more than ${MAX_MEMBERS} members`);
    const { name } = member;
    this.#nameBytes += name.length + (member.type === 'symlink' ? member.target.length : 0);
    if (this.#nameBytes > MAX_NAME_BYTES) throw tooLarge('too many long names');
  }
}

export function tooLarge(what: string): ZosiaError {
  return new ZosiaError('ZOSIA_CPIO_TOO_LARGE', `the archive has ${what}`, {
    hint: 'No initramfs is like that; unpack it with cpio.',
  });
}
