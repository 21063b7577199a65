import type { Readable, Writable } from 'node:stream';
import { ZosiaError } from '../../errors.js';
import { systemReason } from '../../host/system-errors.js';
import type { TerminalInput } from './terminal.js';

/** The user's end of the console. */
export interface ConsoleIo {
  readonly stdin: Readable & TerminalInput;
  readonly stdout: Writable & {
    readonly isTTY?: boolean | undefined;
    readonly rows?: number | undefined;
    readonly columns?: number | undefined;
  };
  readonly stderr: Writable;
}

/** Why a console can be used no more. */
export interface ConsoleWatch {
  readonly failure: Error | undefined;
  detach(): void;
}

/**
 * Takes the errors of the user's end of a console. Without listeners each would end the process with a stack
 * trace: a terminal whose window has been closed gives EIO when it is written to or put back. Reading it gives
 * an error or an end, which no key is; SIGHUP goes to the first process of the terminal alone (setsid(2)).
 *
 * @param onFailure called when there is nobody left to read or to write to; stderr may go without that
 */
export function watchConsole(
  { stdin, stdout, stderr }: ConsoleIo,
  onFailure: () => void,
): ConsoleWatch {
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    onFailure();
  };
  const onInputError = (cause: Error): void => {
    fail(
      new ZosiaError(
        'ZOSIA_FILE_UNREADABLE',
        `standard input cannot be read: ${systemReason(cause)}`,
        {
          hint: 'Run it on a terminal that stays open, or let its input come from a file.',
          cause,
        },
      ),
    );
  };
  const onInputEnd = (): void => {
    if (!stdin.isTTY) return;
    fail(
      new ZosiaError('ZOSIA_INTERRUPTED', 'the machine was stopped: its terminal was closed', {
        hint: 'Start it again when you want to go on.',
      }),
    );
  };
  const ignore = (): void => undefined;
  stdin.on('error', onInputError);
  stdin.on('end', onInputEnd);
  stdout.on('error', fail);
  stderr.on('error', ignore);
  return {
    get failure() {
      return failure;
    },
    detach() {
      stdin.removeListener('error', onInputError);
      stdin.removeListener('end', onInputEnd);
      stdout.removeListener('error', fail);
      stderr.removeListener('error', ignore);
    },
  };
}
