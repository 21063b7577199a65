import type { CliContext } from './context.js';
import type { MachineFlags } from './machine-options.js';
import { EXIT, say } from './output.js';
import { writeStdout } from './stdout.js';
import {
  formatCommand,
  qemuArguments,
  runInteractive,
  runOneShot,
  withRunInitrd,
} from '../machine/machine.js';
import type { MachineSpec, RunRequest } from '../machine/machine.js';

/**
 * Starts a machine the way the flags ask for: as a prompt on the terminal, as a one-shot whose answer
 * goes to stdout, or not at all but as a command line.
 */
export async function startMachine(
  spec: MachineSpec,
  request: RunRequest,
  flags: MachineFlags,
  { signal, result }: CliContext,
): Promise<void> {
  if (flags.dryRun) {
    await writeStdout(`${formatCommand([spec.qemu, ...qemuArguments(spec)])}\n`);
    return;
  }
  if (spec.accel.note !== undefined) say(`zosia: ${spec.accel.note}`);
  await withRunInitrd(
    spec.initrd,
    request,
    async (initrd) => {
      const machine = { ...spec, initrd };
      result.exitStatus =
        request.prompt === undefined
          ? (await runInteractive(machine, process, { signal })).exitStatus
          : await answer(machine, request.prompt, flags, signal);
    },
    signal,
  );
}

async function answer(
  spec: MachineSpec,
  prompt: string,
  { timeout }: MachineFlags,
  signal: AbortSignal,
): Promise<number> {
  let started = false;
  let last: number | undefined;
  const { exitStatus, consoleTail } = await runOneShot(spec, {
    signal,
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    onAnswer: (bytes) => {
      // Text that continues nothing begins with the space that tokenizers put before every word.
      const text = !started && prompt === '' && bytes[0] === 0x20 ? bytes.subarray(1) : bytes;
      started = true;
      last = text.at(-1) ?? last;
      return writeStdout(text);
    },
  });
  if (exitStatus !== 0) {
    say(
      `error: the guest ended with status ${exitStatus}. The end of its console:\n${consoleTail}`,
    );
    return EXIT.failed;
  }
  if (last !== undefined && last !== 0x0a) await writeStdout('\n');
  return EXIT.done;
}
