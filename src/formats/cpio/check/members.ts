import { Buffer } from 'buffer';
import type { Findings } from '../../findings.js';
import { FILE_TYPES, FILE_TYPE_MASK } from '../layout.js';
import type { CpioObserver, StoredMember } from '../observer.js';
import { checkHeader, isCrc } from './header.js';
import { LinkCheck } from './links.js';
import { checkName, checkPadding, checkTarget } from './names.js';
import { TrailerCheck } from './trailers.js';

/** Checks each member as it is stored, and what it has to do with those before. */
export class MemberCheck implements CpioObserver {
  /** Members with data that nothing has a checksum of. */
  unsummedCount = 0;
  readonly #links: LinkCheck;
  readonly #trailers: TrailerCheck;
  #path = '';
  /** Of a symlink whose target is being read: what was read so far. */
  #target: Uint8Array | undefined;

  /** @param next is shown the same */
  constructor(
    private readonly findings: Findings,
    private readonly next?: CpioObserver,
  ) {
    this.#links = new LinkCheck(findings);
    this.#trailers = new TrailerCheck(findings);
  }

  async member(stored: StoredMember): Promise<void> {
    this.#path = stored.path;
    this.#target = undefined;
    this.#trailers.member(stored);
    if (stored.isTrailer) {
      this.#links.endArchive();
    } else {
      const { header, part } = stored;
      const type = header.mode & FILE_TYPE_MASK;
      if (type === FILE_TYPES.symlink) this.#target = new Uint8Array(0);
      if (type === FILE_TYPES.file && header.sizeBytes > 0 && !part.hasChecksum && !isCrc(stored)) {
        this.unsummedCount++;
      }
      checkHeader(stored, this.findings);
      checkName(stored, this.findings);
      this.#links.member(stored);
    }
    await this.next?.member(stored);
  }

  async data(bytes: Uint8Array): Promise<void> {
    if (this.#target) this.#target = Buffer.concat([this.#target, bytes]);
    else this.#links.data(bytes);
    await this.next?.data(bytes);
  }

  async end(padding: Uint8Array): Promise<void> {
    if (this.#target) checkTarget(this.#target, this.#path, this.findings);
    checkPadding(padding, this.#path, this.findings);
    this.#links.end();
    await this.next?.end(padding);
  }

  /** @param isCut whether the archive ends where it should not, so that nothing can be said of its end */
  finish(isCut: boolean): void {
    this.#links.endArchive();
    if (!isCut) this.#trailers.endPart();
  }
}
