import type { Findings } from '../../findings.js';
import type { CpioPart } from '../member.js';
import type { StoredMember } from '../observer.js';

/**
 * Checks where archives end. The kernel does without a trailer; without one, inode numbers go on into what
 * follows, and other programs call the archive cut short.
 */
export class TrailerCheck {
  #part: CpioPart | undefined;
  /** Since the last trailer, or the beginning of the part. */
  #memberCount = 0;
  #trailerCount = 0;

  constructor(private readonly findings: Findings) {}

  member({ part, isTrailer, header, offset }: StoredMember): void {
    if (part !== this.#part) {
      this.endPart();
      this.#part = part;
    }
    if (!isTrailer) {
      this.#memberCount++;
      return;
    }
    const where = locate(part, offset);
    if (this.#memberCount === 0 && this.#trailerCount > 0) {
      this.findings.warn('trailer-repeated', where, 'another trailer, with nothing before it');
    }
    if (header.sizeBytes > 0) {
      const message = `a trailer with ${header.sizeBytes} bytes of data, which are passed over`;
      this.findings.warn('trailer-data', where, message);
    }
    this.#memberCount = 0;
    this.#trailerCount++;
  }

  endPart(): void {
    if (this.#part && this.#memberCount > 0) {
      const message = 'no trailer ends its last archive';
      this.findings.warn('trailer-missing', locate(this.#part), message);
    }
    this.#memberCount = 0;
    this.#trailerCount = 0;
  }
}

/** @param offset in a packed part: in what it unpacks to */
export function locate({ offset: start, compression }: CpioPart, offset?: number): string {
  const part = `what begins at ${start}`;
  if (offset === undefined) return part;
  return compression === undefined ? `byte ${offset}` : `byte ${offset} of ${part}, unpacked`;
}
