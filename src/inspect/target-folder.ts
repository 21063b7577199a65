import { linkSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { option, wording } from '../wording.js';
import { escapeName } from '../formats/escaped-name.js';
import { fileIdentity, identityOf } from '../host/file-identity.js';
import { makeOutputFolder, writeInFolder, writeSmallInFolder } from '../host/output-file.js';
import type { OutputOptions } from '../host/output-file.js';
import { isOutOfResources, isOutOfRoom, systemReason } from '../host/system-errors.js';
import { sweepOnce } from '../host/temporary.js';

type Write = Parameters<typeof writeInFolder<void>>[2];
type SmallFile = Parameters<typeof writeSmallInFolder>[2];

const SLASH = 0x2f;
const DOT = 0x2e;

/**
 * A folder on the host that files of unknown origin are put into, and never beside it. Every name is one
 * step down; folders are entered only if they are folders themselves, not symlinks to some; nothing
 * that stands there is followed or, without `force`, replaced. Names are bytes, as the host's are.
 * Single calls are made at once, not by another thread: there may be hundreds of thousands.
 */
export class TargetFolder {
  private constructor(
    readonly path: string,
    private readonly force: boolean,
    private readonly kept: ReadonlySet<string | undefined>,
  ) {}

  /**
   * @param keep files on the host that are never replaced
   * @throws ZosiaError `ZOSIA_OUTPUT_UNWRITABLE`
   */
  static async make(
    path: string,
    force: boolean,
    keep: readonly string[] = [],
  ): Promise<TargetFolder> {
    await makeOutputFolder(path);
    const folder = await realpath(path);
    await sweepOnce(folder);
    return new TargetFolder(folder, force, new Set(await Promise.all(keep.map(fileIdentity))));
  }

  /** Makes a folder, or enters the one that is there. Those above it were made before. */
  directory(names: readonly Uint8Array[], mode: number): void {
    const path = this.#place(names);
    if (statusOf(path)?.isDirectory()) return;
    this.#makeRoom(path);
    orExplain(path, () => {
      mkdirSync(path, mode);
    });
  }

  /** Writes a file whole or not at all. */
  async file(names: readonly Uint8Array[], write: Write, options: OutputOptions): Promise<void> {
    const path = this.#place(names);
    this.#refuseTaken(path);
    await writeInFolder(this.path, path, write, { ...options, durable: false }).catch(
      (error: unknown) => {
        throw explained(path, error);
      },
    );
  }

  /** The same of a file whose content is at hand. */
  smallFile(names: readonly Uint8Array[], content: SmallFile): void {
    const path = this.#place(names);
    this.#refuseTaken(path);
    orExplain(path, () => {
      writeSmallInFolder(this.path, path, content);
    });
  }

  symlink(names: readonly Uint8Array[], target: Uint8Array): void {
    const path = this.#place(names);
    this.#makeRoom(path);
    orExplain(path, () => {
      symlinkSync(Buffer.from(target), path);
    });
  }

  /** Whether the host took a further name for a file that was written before. */
  hardLink(names: readonly Uint8Array[], first: readonly Uint8Array[]): boolean {
    const path = this.#place(names);
    this.#makeRoom(path);
    try {
      linkSync(this.#place(first), path);
      return true;
    } catch (error) {
      const code = systemErrorCode(error) ?? '';
      if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EXDEV', 'ENOSYS'].includes(code)) {
        return false;
      }
      throw explained(path, error);
    }
  }

  #place(names: readonly Uint8Array[]): Buffer {
    const parts = names.flatMap((name) => [Buffer.of(SLASH), checkedName(name)]);
    return Buffer.concat([Buffer.from(this.path), ...parts]);
  }

  /** @returns whether something is there that may be replaced */
  #refuseTaken(path: Buffer): boolean {
    const found = statusOf(path);
    if (found && this.kept.has(identityOf(found))) {
      throw new ZosiaError(
        'ZOSIA_OUTPUT_IS_INPUT',
        `${escapeName(path)} is read, and would be replaced`,
        { hint: wording`Extract into another folder with ${option('out')}.` },
      );
    }
    if (!found || (this.force && !found.isDirectory())) return found !== undefined;
    throw new ZosiaError('ZOSIA_OUTPUT_EXISTS', `${escapeName(path)} exists already`, {
      hint: found.isDirectory()
        ? wording`It is a folder, which is never replaced: extract into another one with ${option('out')}.`
        : wording`Replace what is in the way with ${option('force')}, or extract into another folder with ${option('out')}.`,
    });
  }

  #makeRoom(path: Buffer): void {
    if (this.#refuseTaken(path))
      orExplain(path, () => {
        rmSync(path, { force: true });
      });
  }
}

/** What is at a path, if anything is known to be; a symlink itself. */
function statusOf(path: Buffer): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** @throws ZosiaError `ZOSIA_UNSAFE_NAME` for names that are no single step down */
function checkedName(name: Uint8Array): Uint8Array {
  const isDots = name.length <= 2 && name.every((byte) => byte === DOT);
  if (!isDots && !name.includes(SLASH) && !name.includes(0)) return name;
  throw new ZosiaError(
    'ZOSIA_UNSAFE_NAME',
    `the image has a file by the name of ${JSON.stringify(escapeName(name))}, which is not extracted`,
    { hint: 'It would leave the target folder: the image is damaged, or made to do harm.' },
  );
}

function orExplain(path: Buffer, make: () => void): void {
  try {
    make();
  } catch (error) {
    throw explained(path, error);
  }
}

function explained(path: Buffer, cause: unknown): unknown {
  if (systemErrorCode(cause) === undefined || cause instanceof ZosiaError) return cause;
  if (isOutOfResources(cause)) return cause;
  const what = `${escapeName(path)} cannot be made: ${systemReason(cause)}`;
  return isOutOfRoom(cause)
    ? new ZosiaError('ZOSIA_DISK_FULL', what, {
        hint: wording`Free some space, or extract into another folder with ${option('out')}.`,
        cause,
      })
    : new ZosiaError('ZOSIA_OUTPUT_UNWRITABLE', what, {
        hint: 'Extract into a folder you may write to, on a file system that takes such names.',
        cause,
      });
}
