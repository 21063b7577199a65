import { beforeStderr } from './output.js';
import { progressRow } from './progress-row.js';
import type { ProgressFact } from './progress-row.js';

/** One row for each thing under way. On anything but a terminal nothing is drawn. */
export interface Progress {
  update(name: string, doneBytes: number, totalBytes: number): void;
  /** Draws the rows a last time, and leaves them; may be called more than once. */
  stop(): void;
}

const INTERVAL_MS = 100;

/** Terminals that do not tell their width have this one. */
const USUAL_COLUMNS = 80;

/** Rows on stderr, in the order in which their work began. */
export function startProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { update: () => undefined, stop: () => undefined };
  const facts = new Map<string, ProgressFact>();
  let drawnCount = 0;
  let drawnAt = -Infinity;
  let isStopped = false;

  /** Takes the rows off the screen: the cursor is below the last one. */
  const clear = (): void => {
    if (drawnCount > 0) stream.write(`\u001b[${drawnCount}A\r\u001b[J`);
    drawnCount = 0;
  };
  const draw = (): void => {
    // A row as wide as the terminal would be two.
    const columns = (stream.columns || USUAL_COLUMNS) - 1;
    // Rows that have left the screen at its top could not be drawn again.
    const most = Math.max(1, (stream.rows || Infinity) - 1);
    const shown = isStopped ? [...facts.values()] : [...facts.values()].slice(-most);
    const now = performance.now();
    clear();
    stream.write(shown.map((fact) => `${progressRow(fact, now, columns)}\n`).join(''));
    drawnCount = shown.length;
    drawnAt = now;
  };
  beforeStderr(() => {
    clear();
    drawnAt = -Infinity;
  });
  return {
    update(name, doneBytes, totalBytes) {
      if (isStopped) return;
      const now = performance.now();
      const began = facts.get(name)?.began ?? { doneBytes, at: now };
      facts.set(name, { name, doneBytes, totalBytes, began });
      if (now - drawnAt >= INTERVAL_MS) draw();
    },
    stop() {
      if (isStopped) return;
      isStopped = true;
      beforeStderr(undefined);
      if (facts.size > 0) draw();
    },
  };
}
