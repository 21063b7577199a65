import type { PerfResult } from './outcome.js';

const PREFIX = 'zosia: perf ';
/** What sets the result apart from other lines about the mode. */
const MARKER = `${PREFIX}tokens=`;

/** The fields of the guest's result line, in its order; `whole` are counts. */
const FIELDS: readonly {
  name: string;
  key: keyof PerfResult;
  whole: boolean;
  least: 'zero' | 'above';
}[] = [
  { name: 'tokens', key: 'tokens', whole: true, least: 'above' },
  { name: 'seconds', key: 'seconds', whole: false, least: 'above' },
  { name: 'tok_per_s', key: 'tokPerS', whole: false, least: 'above' },
  { name: 'load_s', key: 'loadSeconds', whole: false, least: 'zero' },
  { name: 'prompt_tok_per_s', key: 'promptTokPerS', whole: false, least: 'zero' },
  { name: 'threads', key: 'threads', whole: true, least: 'above' },
  { name: 'batch_threads', key: 'batchThreads', whole: true, least: 'above' },
];

/** How far the rate may be from tokens over seconds: both are rounded for printing. */
const RATE_TOLERANCE = 0.05;

/**
 * Finds the guest's result among the lines of its console:
 *
 *     zosia: perf tokens=N seconds=S tok_per_s=R load_s=L prompt_tok_per_s=P threads=T batch_threads=B
 *
 * There has to be exactly one, which is whole and makes sense.
 *
 * @param console what a guest printed that has ended well: then its lines have ended, too
 * @returns the result, or what is wrong
 */
export function findPerfResult(console: string): PerfResult | string {
  const lines = console
    .split('\n')
    .map((line) => line.replace(/\r+$/, ''))
    .filter((line) => line.startsWith(MARKER));
  const [line] = lines;
  if (line === undefined) return 'the guest printed no result';
  if (lines.length > 1) return `the guest printed ${lines.length} results`;
  return parsePerfLine(line) ?? `the guest's result is damaged: ${line}`;
}

function parsePerfLine(line: string): PerfResult | undefined {
  const words = line.slice(PREFIX.length).trim().split(/ +/);
  const values = new Map<string, string>();
  for (const word of words) {
    const [, name, value] = /^([a-z_]+)=(\S+)$/.exec(word) ?? [];
    if (name === undefined || value === undefined || values.has(name)) return undefined;
    values.set(name, value);
  }
  const result: Partial<Record<keyof PerfResult, number>> = {};
  for (const { name, key, whole, least } of FIELDS) {
    const text = values.get(name) ?? '';
    if (!(whole ? /^\d{1,9}$/ : /^\d{1,12}(?:\.\d{1,12})?$/).test(text)) return undefined;
    const value = Number(text);
    if (least === 'above' && value === 0) return undefined;
    result[key] = value;
  }
  const { tokens, seconds, tokPerS } = result as PerfResult;
  const deviation = Math.abs(tokens / seconds / tokPerS - 1);
  // So short a time has too few digits to say anything about the rate.
  if (seconds >= 0.1 && deviation > RATE_TOLERANCE) return undefined;
  return result as PerfResult;
}
