import { formatBytes } from './format-bytes.js';
import { printable } from './printable.js';
import { fitColumns, widthOf } from './width.js';

/** How far something is. */
export interface ProgressFact {
  readonly name: string;
  readonly doneBytes: number;
  /** Undefined where nobody tells how much it will be. */
  readonly totalBytes: number | undefined;
  /** Where it stood when it was first told of, and the time then in milliseconds. */
  readonly began: { readonly doneBytes: number; readonly at: number };
}

const NAME_COLUMNS = 28;
const BAR_COLUMNS = 24;
/** Below this a rate says more about the clock than about the work. */
const LEAST_SECONDS = 0.5;

/**
 * A row of progress: name, bar, how much, and, once that can be told, how fast and how long it will take.
 *
 * @param now in milliseconds, on the clock of `began`
 * @param columns what the row may take; what does not fit is left out, the least important first
 */
export function progressRow(
  { name, doneBytes, totalBytes, began }: ProgressFact,
  now: number,
  columns: number,
): string {
  const { done, amount, rate, left } = measures({ doneBytes, totalBytes, began }, now);
  const filled = Math.round(done * BAR_COLUMNS);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_COLUMNS - filled);
  const speed = rate === undefined ? '' : `  ${rate}`;
  const rest = left === undefined ? '' : `  ${left}`;
  const title = fitColumns(printable(name), Math.min(NAME_COLUMNS, columns));
  const candidates = [
    `${title} ${bar} ${amount}${speed}${rest}`,
    `${title} ${bar} ${amount}${speed}`,
    `${title} ${bar} ${amount}`,
    `${title} ${amount}`,
  ];
  return (
    candidates.find((row) => widthOf(row) <= columns) ??
    fitColumns(`${printable(name)} ${amount}`, columns).trimEnd()
  );
}

/** The same as a line for who reads it later: no bar, and of any length. */
export function progressLine(fact: ProgressFact, now: number): string {
  const { amount, rate, left } = measures(fact, now);
  const facts = [amount.trimStart(), rate, left].filter((each) => each !== undefined);
  return `${printable(fact.name)}: ${facts.join(', ')}`;
}

/** From 0 to 1; 0 for what has no known end. */
export function shareOf({
  doneBytes,
  totalBytes,
}: Pick<ProgressFact, 'doneBytes' | 'totalBytes'>): number {
  if (totalBytes === undefined) return 0;
  return totalBytes > 0 ? Math.min(1, doneBytes / totalBytes) : 1;
}

/** What is said of it, as far as it can be told: its share from 0 to 1, and the words. */
function measures({ doneBytes, totalBytes, began }: Omit<ProgressFact, 'name'>, now: number) {
  const done = shareOf({ doneBytes, totalBytes });
  const seconds = (now - began.at) / 1000;
  const rate = seconds < LEAST_SECONDS ? 0 : (doneBytes - began.doneBytes) / seconds;
  return {
    done,
    amount:
      totalBytes === undefined
        ? formatBytes(doneBytes)
        : `${String(Math.floor(done * 100)).padStart(3)}% of ${formatBytes(totalBytes)}`,
    rate: rate > 0 ? `${formatBytes(rate)}/s` : undefined,
    left:
      totalBytes !== undefined && rate > 0 && done < 1
        ? `${duration((totalBytes - doneBytes) / rate)} left`
        : undefined,
  };
}

/** "7s", "3m20s", "2h05m" */
function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
}
