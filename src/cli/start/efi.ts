import type { CliContext } from '../context.js';
import type { EfiFlags } from '../options/efi.js';
import { counted, say, warn } from '../output/output.js';
import { announce, AnswerPrinter, printCommand, sayNote } from './start.js';
import { writeStdout } from '../output/stdout.js';
import { writeOutput } from '../../host/output-file.js';
import { checkOutputTarget } from '../../host/output-target.js';
import { efiArguments, runEfi, runEfiInteractive } from '../../machine/machine.js';
import type { EfiMachineSpec, EfiRunOptions } from '../../machine/machine.js';

/**
 * Starts a machine the way the flags ask for: as a prompt on the terminal, as a one-shot whose answer
 * goes to stdout, until its picture has been taken, or not at all but as a command line.
 */
export async function startEfiMachine(
  spec: EfiMachineSpec,
  flags: EfiFlags,
  { signal, result }: CliContext,
): Promise<void> {
  const { prompt, screenshot, timeout } = flags;
  announce(spec);
  if (flags.dryRun) {
    if (screenshot !== undefined) {
      say(
        'zosia: the command takes no picture: what controls --screenshot is for a real run alone',
      );
    }
    await printCommand(spec, efiArguments({ ...spec, isControlled: false }));
    return;
  }
  if (screenshot !== undefined) await checkOutputTarget(screenshot);
  if (prompt === undefined && screenshot === undefined) {
    result.exitStatus = (await runEfiInteractive(spec, process, { signal })).exitStatus;
    return;
  }
  const printer = new AnswerPrinter(prompt !== '');
  const { fullContextTokens } = await runEfi(spec, {
    signal,
    onNote: sayNote,
    timeoutSeconds: timeout,
    ...(prompt === undefined
      ? { onConsole: writeStdout }
      : { onAnswer: (bytes) => printer.print(bytes) }),
    onScreenshot: screenshot === undefined ? undefined : keepPicture(screenshot, signal),
  });
  await printer.end();
  if (prompt !== undefined && fullContextTokens !== undefined)
    sayNote(cutNotice(fullContextTokens));
}

/** As of the Linux machine; the application does not tell how much of it the prompt is. */
const cutNotice = (contextTokens: number): string =>
  `the answer was cut: the context of ${counted(contextTokens, 'token')} is full (--ctx)`;

function keepPicture(
  path: string,
  signal: AbortSignal,
): NonNullable<EfiRunOptions['onScreenshot']> {
  return async ({ png, hasSettled }) => {
    await writeOutput(path, png, { signal });
    if (!hasSettled) warn('the screen had not settled when the time was over');
    say(`wrote ${path}`);
  };
}
