import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { ZosiaError } from '../errors.js';
import { refuseNotUtf8 } from './argument-bytes.js';
import { keepCompiled } from './compile-cache.js';
import { folders } from './environment.js';
import { EXIT, sayError } from './output/output.js';
import { wordFor } from './output/option-words.js';
import type { CliContext } from './context.js';
import { switchVariable } from './variable-option.js';
import { makeProgram } from './program.js';
import { ReaderGone, stdoutFailure, watchOutput } from './output/stdout.js';
import { endByHangup, watchTerminals } from './terminal-gone.js';

/** What is wrong with a command line, or a variable that stands for an option, whatever the host has. */
const WRONG_USAGE: readonly string[] = [
  'ZOSIA_ARGUMENT_NOT_UTF8',
  'ZOSIA_BAD_OPTION',
  'ZOSIA_BAD_ADDITION',
  'ZOSIA_NO_KEY_REFUSED',
  'ZOSIA_SERVE_EXPOSED',
  'ZOSIA_SERVER_ARGUMENT_REFUSED',
  'ZOSIA_WORKER_EXPOSED',
  'ZOSIA_PERF_BAD_LIST',
  'ZOSIA_PERF_BAD_ARGS',
];

/**
 * Runs one command line. Ctrl+C and SIGTERM cancel the work under way, which takes back what it has
 * half done, before the process ends; a second one ends it at once. A stdout that takes no more cancels, too:
 * quietly when its reader has stopped, which is no failure, as whoever stops has what they wanted.
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  // A dry run writes nothing at all.
  if (!argv.includes('--dry-run')) keepCompiled(folders().cacheDirectory);
  const isTerminalGone = watchTerminals();
  const status = await statusOf(argv, (signal) => {
    if (isTerminalGone()) endByHangup();
    else process.exit(128 + constants.signals[signal]);
  });
  if (isTerminalGone()) endByHangup();
  return status;
}

/** @param endAtOnce what a second signal does */
async function statusOf(
  argv: readonly string[],
  endAtOnce: (signal: NodeJS.Signals) => void,
): Promise<number> {
  const cancel = new AbortController();
  let signalled: NodeJS.Signals | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signalled) {
        // The end of one terminal is told by the kernel and by the shell.
        if (signal !== 'SIGHUP' || signalled !== 'SIGHUP') endAtOnce(signal);
        return;
      }
      signalled = signal;
      cancel.abort(new Error(`stopped by ${signal}`));
    });
  }

  watchOutput((failure) => {
    cancel.abort(failure);
  });

  let isDebug = argv.includes('--debug');
  const result: CliContext['result'] = { exitStatus: EXIT.done };
  let thrown: Thrown | undefined;
  try {
    isDebug ||= switchVariable('ZOSIA_DEBUG');
    refuseNotUtf8(argv.slice(2));
    await makeProgram({ signal: cancel.signal, isDebug, result }).parseAsync(argv);
  } catch (error) {
    thrown = { error, isAfterFailure: cancel.signal.aborted };
  }
  if (thrown && signalled) return 128 + constants.signals[signalled];
  const failure = await stdoutFailure();
  if (thrown && isOwn(thrown, failure)) {
    const { error } = thrown;
    if (error instanceof CommanderError) return EXIT.usage;
    sayError(error, isDebug, wordFor(result.command));
    const isUsage = error instanceof ZosiaError && WRONG_USAGE.includes(error.code);
    return isUsage ? EXIT.usage : EXIT.failed;
  }
  if (failure && !(failure instanceof ReaderGone)) {
    sayError(failure, isDebug);
    return EXIT.failed;
  }
  return thrown ? EXIT.done : result.exitStatus;
}

interface Thrown {
  readonly error: unknown;
  /** Whether stdout had failed by then, which cancels all work. */
  readonly isAfterFailure: boolean;
}

/** Whether an error has another cause than that stdout takes no more. Help, too, ends in what is thrown. */
function isOwn({ error, isAfterFailure }: Thrown, failure: Error | undefined): boolean {
  if (error instanceof CommanderError) return error.exitCode !== 0;
  if (isAfterFailure) return false;
  for (let cause = error; failure && cause instanceof Error; cause = cause.cause) {
    if (cause === failure) return false;
  }
  return true;
}
