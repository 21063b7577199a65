import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import type { Text } from '../wording.js';
import type { Builder } from './builder.js';
import { roomOf } from './room.js';

/** How make, a shell and clang tell that the system has ended a process: it had no memory left. */
const KILLED = /(?:^|[\s:])Killed(?:$|\s)|\bError 137\b/m;
const NO_SPACE = /No space left on device|Disk quota exceeded/;

export interface FailedBuild {
  /** What was not built: "the kernel for x86_64". */
  readonly what: string;
  /** The line that says why. */
  readonly error: string;
  /** All that was printed. */
  readonly output: string;
  readonly hint: Text;
}

/**
 * The error for a build that failed. What the compiler says is not the reason where memory or disk ran out:
 * these have messages of their own.
 */
export function buildFailed(builder: Builder, failed: FailedBuild): ZosiaError {
  const { what, error, output, hint } = failed;
  if (NO_SPACE.test(output)) {
    const { place, hint: room } = roomOf(builder);
    return new ZosiaError('ZOSIA_DISK_FULL', `${what} was not built: ${place} is full`, {
      hint: room,
    });
  }
  if (KILLED.test(output)) {
    return new ZosiaError(
      'ZOSIA_OUT_OF_RESOURCES',
      `${what} was not built: the system ended a compiler, as it does when memory runs out`,
      {
        hint: [
          wording`Run fewer at a time with ${option('jobs', 1)}, or give more memory.`,
          'Close other programs, or give it more memory.',
        ],
      },
    );
  }
  return new ZosiaError('ZOSIA_BUILD_FAILED', `${what} was not built: ${error}`, { hint });
}
