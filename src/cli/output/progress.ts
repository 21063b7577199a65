import { beforeStderr } from './output.js';
import { nextFact, progressLines } from './progress-lines.js';
import type { Progress } from './progress-lines.js';
import { progressRow } from './progress-row.js';
import type { ProgressFact } from './progress-row.js';
import { totalOf } from './progress-total.js';

export type { Progress } from './progress-lines.js';

const INTERVAL_MS = 100;

/** Terminals that do not tell their width have this one. */
const USUAL_COLUMNS = 80;

/** Rows on stderr, in the order in which their work began. */
export function startProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return progressLines((line) => void stream.write(`${line}\n`));
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
    const all = [...facts.values()];
    const hasTotal = !isStopped && all.length > 1 && most > 1;
    const last = all.slice(-(hasTotal ? most - 1 : most));
    const shown = isStopped ? all : hasTotal ? last.concat(totalOf(all)) : last;
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
      facts.set(name, nextFact(facts.get(name), { name, doneBytes, totalBytes }, now));
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
