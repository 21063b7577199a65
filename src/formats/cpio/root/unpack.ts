import { ZosiaError } from '../../../errors.js';
import type { RandomAccess } from '../../../image/random-access.js';
import { Findings } from '../../findings.js';
import { readCpio } from '../reader.js';
import type { CpioMember, CpioPart, ReadCpioOptions } from '../reader.js';
import { MemberBounds } from './too-large.js';
import { Unpacked } from './unpacked.js';

export interface UnpackOptions extends Pick<ReadCpioOptions, 'maxBytes' | 'observer'> {
  /** Takes the members that the kernel passes over; one of its own unless given. */
  readonly skipped?: Findings | undefined;
  /** Told of members for a name that another one of the same archive was given for. */
  readonly onRepeated?: ((member: CpioMember) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface UnpackedInitramfs {
  readonly unpacked: Unpacked;
  readonly memberCount: number;
  /** Archives that follow each other in the file, as the kernel takes them. */
  readonly archiveCount: number;
  readonly parts: readonly CpioPart[];
  /** Members that the kernel passes over, and why. */
  readonly skipped: Findings;
  /** What would stop the kernel; what comes before is unpacked. */
  readonly damage: ZosiaError | undefined;
}

/**
 * Unpacks an initramfs as the kernel would, into a root file system in memory that knows where the contents
 * lie: see `readCpio` and {@link Unpacked}.
 *
 * @throws ZosiaError `ZOSIA_CPIO_TOO_LARGE`
 */
export async function unpackCpio(
  source: RandomAccess,
  options: UnpackOptions = {},
): Promise<UnpackedInitramfs> {
  const { maxBytes, observer, signal, skipped = new Findings() } = options;
  const unpacked = new Unpacked(options.onRepeated);
  const parts: CpioPart[] = [];
  let memberCount = 0;
  const bounds = new MemberBounds();
  let archiveCount = 0;
  let damage: ZosiaError | undefined;
  try {
    for await (const member of readCpio(source, {
      maxBytes,
      observer,
      onPart: (part) => void parts.push(part),
      onSkipped: (where, code, message) => {
        skipped.add(code, where, message);
      },
      signal,
    })) {
      memberCount++;
      bounds.count(member);
      archiveCount = member.archive + 1;
      const passed = unpacked.add(member);
      if (passed) skipped.add(passed.code, member.path, passed.message);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof ZosiaError) || error.code === 'ZOSIA_CPIO_TOO_LARGE') throw error;
    damage = error;
  }
  return { unpacked, memberCount, archiveCount, parts, skipped, damage };
}
