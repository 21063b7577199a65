import { say } from './output.js';

/** Nobody need be told of a shorter pause. */
const LEAST_PAUSE_MS = 2000;

/** Says that a download pauses, and why: once for all from one side, which pause together. */
export function waitNotice(): (reason: string, pauseMs: number) => void {
  let quietUntil = 0;
  return (reason, pauseMs) => {
    const now = performance.now();
    if (pauseMs < LEAST_PAUSE_MS || now < quietUntil) return;
    quietUntil = now + pauseMs;
    say(`waiting ${Math.ceil(pauseMs / 1000)} s: ${reason}`);
  };
}
