import { ZosiaError } from '../../errors.js';

const TERMINATION_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `task` so that a signal that would end the process aborts the task instead. The task's own
 * cleaning up then leads to an ordinary rejection.
 *
 * @throws ZosiaError `ZOSIA_INTERRUPTED`, or the reason of the caller's own signal
 */
export async function cancelledByTermination<T>(
  signal: AbortSignal | undefined,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const termination = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    termination.abort(
      new ZosiaError('ZOSIA_INTERRUPTED', `the machine was stopped by ${name}`, {
        hint: 'Start it again when you want to go on.',
      }),
    );
  };
  for (const name of TERMINATION_SIGNALS) process.on(name, onSignal);
  try {
    return await task(signal ? AbortSignal.any([signal, termination.signal]) : termination.signal);
  } finally {
    for (const name of TERMINATION_SIGNALS) process.removeListener(name, onSignal);
  }
}
