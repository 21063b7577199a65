import { ZosiaError } from '../errors.js';
import { digestFile } from '../host/digest.js';
import { httpTransport } from './http-transport.js';
import type { HttpOptions } from './http-transport.js';
import type { LockedPackage } from './lock.js';
import { PackageGoneError, downloadCorrupt } from './transport.js';
import type { DownloadOptions, Transport } from './transport.js';

/** What a mirror that fails may cost before others are asked. */
const IMPATIENT = { attempts: 2, patienceMs: 30_000 } as const;

export interface MirrorFirstOptions {
  readonly baseUrl: string;
  /** Where to go for what the mirror lacks; opened when that is first needed. */
  readonly openRest: () => Promise<Transport>;
  readonly warn: (message: string) => void;
  readonly http?: HttpOptions | undefined;
}

/**
 * Asks a mirror first, and another transport for what the mirror has not, has otherwise, or does not give.
 * The sha256 of the lock decides what is right, so that any mirror will do. One that fails is not asked again.
 */
export class MirrorFirst implements Transport {
  readonly #mirror: Transport;
  readonly #options: MirrorFirstOptions;
  #isGivenUp = false;
  #opening: Promise<Transport> | undefined;
  #rest: Transport | undefined;

  constructor(options: MirrorFirstOptions) {
    const { baseUrl, http } = options;
    const { host } = new URL(baseUrl);
    this.#options = options;
    this.#mirror = httpTransport(
      { name: 'the mirror', host, baseUrl: () => baseUrl },
      { ...IMPATIENT, ...http },
    );
  }

  /** Bytes of the mirror's that are wrong do not leave this class: whom messages are about is the rest. */
  get source(): string {
    return (this.#rest ?? this.#mirror).source;
  }

  /** Packages that are gone are gone from the rest, which then is open. */
  get resolveCurrent(): Transport['resolveCurrent'] {
    return this.#rest?.resolveCurrent?.bind(this.#rest);
  }

  async download(wanted: LockedPackage, file: string, options: DownloadOptions): Promise<void> {
    if (!this.#isGivenUp && (await this.#fromMirror(wanted, file, options))) return;
    this.#opening ??= this.#options.openRest();
    this.#rest = await this.#opening;
    await this.#rest.download(wanted, file, options);
  }

  /** Whether the mirror gave the right bytes. */
  async #fromMirror(
    wanted: LockedPackage,
    file: string,
    options: DownloadOptions,
  ): Promise<boolean> {
    const { source } = this.#mirror;
    try {
      await this.#mirror.download(wanted, file, options);
      const digest = await digestFile(file, wanted.sizeBytes, options.signal).catch(() => '');
      options.signal?.throwIfAborted();
      if (digest === wanted.sha256) return true;
      throw downloadCorrupt(wanted, source, 'its size or sha256 differs');
    } catch (error) {
      if (error instanceof PackageGoneError) return false;
      if (!(error instanceof ZosiaError) || error.code === 'ZOSIA_DISK_FULL') throw error;
      if (!this.#isGivenUp) this.#options.warn(`${error.message}; ${source} is not asked again`);
      this.#isGivenUp = true;
      return false;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#mirror.close(), this.#rest?.close()]);
  }
}
