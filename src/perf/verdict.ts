import { GUEST_MARKERS, howItEnded } from '../machine/machine.js';
import type { QemuEnd } from '../machine/machine.js';
import type { PerfResult } from './outcome.js';
import { findPerfResult } from './perf-line.js';

/** How a boot ended. */
export interface BootEnd extends QemuEnd {
  /** After how many seconds it was ended, if it was. */
  readonly timedOutSeconds?: number | undefined;
}

/** Lines that every machine ends with, which do not tell what was wrong. */
const USUAL_ENDING = /^zosia: (?:shutting down|exit status=|perf failed with status)/;

/**
 * What came of a boot in the mode for measuring: a result, or why there is none. Only a guest that has
 * ended well is believed.
 *
 * @param console all that the guest printed, or the end of it
 */
export function judgeBoot(console: string, end: BootEnd): PerfResult | string {
  if (end.timedOutSeconds !== undefined) return `not done after ${end.timedOutSeconds} s`;
  const lines = console
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  const status = GUEST_MARKERS.exitStatus.exec(lines.at(-1) ?? '')?.[1];
  if (status === undefined) {
    return `the machine ended before its guest did (${howItEnded(end)})`;
  }
  if (status !== '0') {
    const said = lines.findLast((line) => line.startsWith('zosia: ') && !USUAL_ENDING.test(line));
    const why = said === undefined ? '' : `: ${said.slice('zosia: '.length)}`;
    return `the guest ended with status ${status}${why}`;
  }
  return findPerfResult(console);
}
