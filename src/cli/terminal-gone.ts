import { isatty } from 'node:tty';

const STANDARD_STREAMS = [0, 1, 2];

/**
 * Remembers which standard streams are a terminal.
 *
 * @returns whether one of them is none any more: its window has been closed, or its connection lost
 */
export function watchTerminals(): () => boolean {
  const terminals = STANDARD_STREAMS.filter((fd) => isatty(fd));
  return () => terminals.some((fd) => !isatty(fd));
}

/**
 * Ends the process as the end of a terminal ends one that does not ask for SIGHUP. Node puts terminals back to
 * how they were when it exits, and aborts, with a core dump where these are kept, when one is gone.
 */
export function endByHangup(): void {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
