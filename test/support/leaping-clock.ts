import type { Clock } from '../../src/download/patience.js';

/** A clock that stands still but for pauses, which are over at once: however slow the host is, the same happens. */
export interface LeapingClock extends Clock {
  /** The pauses that were asked for. */
  readonly pauses: readonly number[];
}

/** @param earlyMs how much sooner than asked each pause of more than that ends */
export function leapingClock(earlyMs = 0): LeapingClock {
  let time = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => time,
    sleep: (pauseMs) => {
      pauses.push(pauseMs);
      time += pauseMs > earlyMs ? pauseMs - earlyMs : pauseMs;
      return Promise.resolve();
    },
  };
}
