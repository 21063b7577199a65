import { ZosiaError } from '../errors.js';
import type { WaitPolicy } from '../machine/machine.js';

/** What is varied from one boot to the next. What is not given is left to the guest. */
export interface Setting {
  /** Threads that generate tokens. */
  readonly threads?: number | undefined;
  /** Threads that read the prompt; as many as generate unless given. */
  readonly batchThreads?: number | undefined;
  /** How threads wait for one another. */
  readonly wait?: WaitPolicy | undefined;
  /** Further arguments for llama.cpp. */
  readonly llamaArgs: readonly string[];
}

/** A setting of which parts may be left to the guest. */
export function makeSetting(
  threads: number | undefined,
  batchThreads: number | undefined,
  llamaArgs: readonly string[],
  wait?: WaitPolicy,
): Setting {
  return {
    threads,
    batchThreads,
    wait,
    llamaArgs,
  };
}

/** The most threads that ggml takes. */
export const MAX_THREADS = 512;

/** The most tokens that the guest generates for a measurement. */
export const MAX_TOKENS = 1_000_000;

/** Reads a number of threads; undefined for what is none that ggml takes. */
export function parseThreadCount(text: string): number | undefined {
  const threads = Number(text);
  return /^\d+$/.test(text) && threads >= 1 && threads <= MAX_THREADS ? threads : undefined;
}

/** The most that fits on the kernel command line, which holds 2048 bytes, beside all else there. */
const MAX_ARGS_LENGTH = 1024;

/**
 * Reads llama.cpp arguments as variables, matrices and the kernel command line have them: separated by
 * commas; `\,` is a comma and `\\` a backslash within one. Any other backslash is one.
 *
 * @param where what an error is said of: `--llama-args`, or a file and line
 * @throws ZosiaError `ZOSIA_PERF_BAD_ARGS`
 */
export function parseLlamaArgs(text: string, where: string): string[] {
  if (text === '') return [];
  const args = [''];
  for (const [piece] of text.matchAll(/\\[\\,]|[^]/gu)) {
    if (piece === ',') args.push('');
    else args.push(args.pop()! + (/^\\[\\,]$/.test(piece) ? piece[1]! : piece));
  }
  checkLlamaArgs(args, where);
  return args;
}

/** The inverse of {@link parseLlamaArgs}. */
export const formatLlamaArgs = (args: readonly string[]): string =>
  args.map((arg) => arg.replace(/[\\,]/g, '\\$&')).join(',');

/** Characters that the kernel command line keeps as they are. */
const PLAIN = /^[!#-~]+$/;

/**
 * Refuses arguments that would not survive the kernel command line, on which they travel.
 *
 * @throws ZosiaError `ZOSIA_PERF_BAD_ARGS`
 */
export function checkLlamaArgs(args: readonly string[], where: string): void {
  const complaint = complaintAbout(args);
  if (complaint === undefined) return;
  throw new ZosiaError('ZOSIA_PERF_BAD_ARGS', `${where}: ${complaint}`, {
    hint: 'Separate arguments by commas, without blanks, as in -b,256,-c,1024; \\, is a comma.',
  });
}

function complaintAbout(args: readonly string[]): string | undefined {
  if (args.includes('')) return 'an argument is empty';
  const odd = args.find((arg) => !PLAIN.test(arg));
  if (odd !== undefined) {
    return `${JSON.stringify(odd)} has a blank, a quote or a character outside ASCII`;
  }
  const isLong = formatLlamaArgs(args).length > MAX_ARGS_LENGTH;
  return isLong ? `the arguments have more than ${MAX_ARGS_LENGTH} characters` : undefined;
}

/** A setting as a line of a matrix: `6|6|-b,256`, or `6 spin|6|-b,256`. Equal settings have equal lines. */
export const formatSetting = ({ threads, batchThreads, wait, llamaArgs }: Setting): string =>
  `${[threads, wait].filter((part) => part !== undefined).join(' ')}|${batchThreads ?? ''}|${formatLlamaArgs(llamaArgs)}`;

/** A number of threads in words. */
export const threadsText = (count: number): string =>
  `${count} ${count === 1 ? 'thread' : 'threads'}`;

/** Threads in words, with how they wait for one another where that is said. */
export function waitingThreadsText(threads: number | undefined, wait: string | undefined): string {
  const text = threads === undefined ? 'default threads' : threadsText(threads);
  if (wait === undefined || wait === '') return text;
  return `${text} that ${threads === 1 ? `${wait}s` : wait}`;
}

/** A setting in words. */
export function describeSetting({ threads, batchThreads, wait, llamaArgs }: Setting): string {
  const words = [
    waitingThreadsText(threads, wait),
    ...(batchThreads === undefined ? [] : [`${batchThreads} for batches`]),
    ...(llamaArgs.length === 0 ? [] : [llamaArgs.join(' ')]),
  ];
  return words.join(', ');
}

/** A setting as arguments of llama.cpp's programs, for a machine that is not measured. */
export function settingArguments({ threads, batchThreads, llamaArgs }: Setting): string[] {
  return [
    ...(threads === undefined ? [] : ['--threads', String(threads)]),
    ...(batchThreads === undefined ? [] : ['--threads-batch', String(batchThreads)]),
    ...llamaArgs,
  ];
}

/** llama.cpp's names for the length of the context. */
const CONTEXT_OPTIONS: readonly (string | undefined)[] = ['-c', '--ctx-size'];

/** The length of context, in tokens, that llama.cpp is told in these arguments; the last one counts. */
export function contextTokensIn(llamaArgs: readonly string[]): number | undefined {
  const index = llamaArgs.findLastIndex((arg) => CONTEXT_OPTIONS.includes(arg));
  const text = index === -1 ? undefined : llamaArgs[index + 1];
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
