import { ZosiaError } from '../../errors.js';
import type { CliContext } from '../context.js';
import type { LinuxFlags } from '../options/linux.js';
import { EXIT, printJson, say } from '../output/output.js';
import { writeStdout } from '../output/stdout.js';
import { snapshotSettings } from '../options/snapshot.js';
import { answerNotice, reportAsJson } from '../output/answer-notice.js';
import { conversationOf } from './conversation.js';
import { announce, AnswerPrinter, printCommand, sayNote } from './start.js';
import type { ModelInfo } from '../../formats/gguf/model-info.js';
import { hasOwnInit } from '../../recipes/own-init.js';
import {
  SERVER_PORT_NAME,
  linuxArguments,
  runInteractive,
  runOneShot,
  splitArguments,
  withInstantStart,
  withRunInitrd,
} from '../../machine/machine.js';
import type { LinuxMachineSpec, Question, RunRequest, Workers } from '../../machine/machine.js';

/**
 * Starts a machine the way the flags ask for: as a prompt on the terminal, as a one-shot whose answer
 * goes to stdout, or not at all but as a command line.
 *
 * @param model undefined when nothing is known of it: it then goes on from a prompt
 * @throws ZosiaError as `conversationOf`
 */
export async function startLinuxMachine(
  spec: LinuxMachineSpec,
  asked: RunRequest,
  flags: LinuxFlags,
  { signal, result }: CliContext,
  model?: Pick<ModelInfo, 'hasChatTemplate' | 'chatTemplate'>,
  workers?: Workers,
): Promise<void> {
  const { request, hasTurns, notes } = conversationOf(asked, flags, model);
  announce(spec);
  for (const note of notes) sayNote(note);
  if (flags.dryRun) {
    await printCommand(spec, linuxArguments(spec));
    return;
  }
  if (flags.prompt !== undefined) {
    // Whatever the environment says of a console: that of a chat is meant.
    const quiet: LinuxMachineSpec = { ...spec, console: { to: 'stdio' } };
    result.exitStatus = await answer(
      quiet,
      request,
      { ...flags, prompt: flags.prompt },
      { hasTurns, signal, workers },
    );
    return;
  }
  if (canBeSaved(spec) || workers) {
    result.exitStatus = await converse(spec, request, flags, { signal, workers });
    return;
  }
  if (flags.session !== undefined) throw noSession(flags.session);
  await withRunInitrd(
    spec,
    { ...request, sealed: true },
    async (initrd) => {
      result.exitStatus = (
        await runInteractive({ ...spec, initrd }, process, { signal })
      ).exitStatus;
    },
    signal,
  );
}

/**
 * Whether a machine's guest and kernel are zosia's own, as only they put disks together, and its console is on
 * this terminal. Firmware has state of its own.
 */
const canBeSaved = ({ disk, firmware, console }: LinuxMachineSpec): boolean =>
  disk?.format === 'table' && firmware === undefined && console.to === 'stdio';

async function converse(
  spec: LinuxMachineSpec,
  request: RunRequest,
  flags: LinuxFlags,
  { signal, workers }: { signal: AbortSignal; workers: Workers | undefined },
): Promise<number> {
  const { stdin, stdout } = process;
  return withInstantStart(
    {
      request,
      snapshots: snapshotSettings(flags),
      session: flags.session,
      workers,
      onNote: sayNote,
      wakeSettings: () => ({
        window: stdout.isTTY ? { rows: stdout.rows, columns: stdout.columns } : undefined,
        isPiped: !stdin.isTTY,
      }),
    },
    async (start) => {
      const { exitStatus, hasLeft = false } = await runInteractive(spec, process, {
        signal,
        start,
      });
      if (hasLeft) sayNote(`the session ${flags.session!} is kept: --session goes on with it`);
      return exitStatus;
    },
  );
}

const noSession = (name: string): ZosiaError =>
  new ZosiaError('ZOSIA_SESSION_IMPOSSIBLE', `the session ${name} cannot be kept`, {
    hint: "A session takes zosia's own kernel and initramfs, a model disk of plain files, and this terminal.",
  });

/** Has llama-server in the guest answer; which text it goes on from is for zosia to say. */
async function answer(
  spec: LinuxMachineSpec,
  { args, hideReasoning, chatTemplate }: RunRequest,
  flags: LinuxFlags & { readonly prompt: string },
  {
    hasTurns,
    signal,
    workers,
  }: { hasTurns: boolean; signal: AbortSignal; workers: Workers | undefined },
): Promise<number> {
  if (!(await hasOwnInit(spec.initrd, spec.arch))) throw cannotAsk(spec.initrd);
  const { prompt } = flags;
  const { server, conversation = hasTurns, ...asked } = splitArguments(args);
  const question: Question = {
    ...asked,
    prompt,
    conversation,
    hideReasoning,
    reportsContext: flags.json,
  };
  const kept: Uint8Array[] = [];
  const printer = new AnswerPrinter(
    prompt !== '' && !conversation,
    flags.json
      ? (bytes) => {
          kept.push(bytes);
          return Promise.resolve();
        }
      : writeStdout,
  );
  const areKept = canBeSaved(spec);
  const snapshots = snapshotSettings(flags);
  const { exitStatus, consoleTail, report } = await withInstantStart(
    {
      request: { args: server, chatTemplate, serve: true },
      ports: [SERVER_PORT_NAME],
      workers,
      snapshots: { ...snapshots, areKept: areKept && snapshots.areKept },
      onNote: sayNote,
      wakeSettings: () => ({}),
    },
    (start) =>
      runOneShot(spec, {
        start,
        question,
        signal,
        timeoutSeconds: flags.timeout,
        onAnswer: (bytes) => printer.print(bytes),
        onNote: sayNote,
      }),
  );
  if (exitStatus !== 0) {
    say(
      `error: the guest ended with status ${exitStatus}. The end of its console:\n${consoleTail}`,
    );
    return EXIT.failed;
  }
  if (flags.json) {
    printJson({ answer: Buffer.concat(kept).toString('utf8'), ...reportAsJson(report) });
  } else {
    await printer.end();
  }
  const notice = answerNotice(report, printer.isEmpty);
  if (notice !== undefined) sayNote(notice);
  return EXIT.done;
}

const cannotAsk = (initrd: string): ZosiaError =>
  new ZosiaError('ZOSIA_GUEST_UNKNOWN', `the guest in ${initrd} cannot be asked`, {
    hint: 'A prompt is answered by the guest of this version of zosia: build it with zosia image initramfs, or start a chat.',
  });
