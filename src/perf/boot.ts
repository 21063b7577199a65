import { copyBootLog, createBootLog, keepBootLog, readBootLog, removeBootLog } from './boot-log.js';
import type { LogOptions } from './boot-log.js';
import type { Boot, PerfOutcome } from './outcome.js';
import type { PerfMachine } from './prepare.js';
import { contextTokensIn, formatLlamaArgs } from './setting.js';
import type { Setting } from './setting.js';
import { judgeBoot } from './verdict.js';
import { linuxArguments, runToEnd, waitFlags, withRunInitrd } from '../machine/machine.js';
import type { LinuxMachineSpec } from '../machine/machine.js';

export interface MachineBootOptions {
  /** Tokens to generate. */
  readonly tokens: number;
  readonly logs: LogOptions;
  /** For the names of logs. */
  readonly clock: () => Date;
}

/** The boot that measures for real: in QEMU. What the guest prints goes to a log of its own. */
export function machineBoot(machine: PerfMachine, options: MachineBootOptions): Boot {
  const { tokens, logs, clock } = options;
  return async (setting, { signal, timeoutSeconds }) => {
    const logPath = await createBootLog(logs.folder);
    try {
      const end = await runMachine(machine, { setting, tokens, logPath, signal, timeoutSeconds });
      signal.throwIfAborted();
      if (logs.lastFile !== undefined) await copyBootLog(logPath, end.stderr ?? '', logs.lastFile);
      const result = judgeBoot(await readBootLog(logPath), {
        ...end,
        timedOutSeconds: end.timedOut ? timeoutSeconds : undefined,
      });
      if (typeof result === 'string') {
        return { measured: false, reason: result, logPath: await keepBootLog(logPath, clock()) };
      }
      return {
        measured: true,
        result,
        logPath: logs.keepAll ? await keepBootLog(logPath, clock()) : undefined,
      } satisfies PerfOutcome;
    } finally {
      // Nothing is there any more where it was kept.
      await removeBootLog(logPath);
    }
  };
}

interface MachineRun {
  readonly setting: Setting;
  readonly tokens: number;
  readonly logPath: string;
  readonly signal: AbortSignal;
  readonly timeoutSeconds: number;
}

async function runMachine(machine: PerfMachine, run: MachineRun) {
  const { setting, tokens, logPath, signal, timeoutSeconds } = run;
  const args = machine.llamaArgs(contextTokensIn(setting.llamaArgs));
  return withRunInitrd(
    machine.spec,
    { args },
    async (initrd) => {
      const spec = { ...perfSpec(machine, setting, { tokens, logPath }), initrd };
      return runToEnd({ ...spec, args: linuxArguments(spec) }, { signal, timeoutSeconds });
    },
    signal,
  );
}

/** The machine that measures a setting, but for the initramfs, which each boot gets its own of. */
export function perfSpec(
  { spec }: Pick<PerfMachine, 'spec'>,
  setting: Setting,
  { tokens, logPath }: Pick<MachineRun, 'tokens' | 'logPath'>,
): LinuxMachineSpec {
  return {
    ...spec,
    append: [spec.append, ...bootFlags(setting, tokens)].join(' ').trim(),
    console: { to: 'file', path: logPath },
  };
}

/** The guest's boot flags for a measurement; how long it may take is the host's affair. */
export function bootFlags(setting: Setting, tokens: number): string[] {
  const { threads, batchThreads, wait, llamaArgs } = setting;
  return [
    'zosia.perf=1',
    `zosia.perf.tokens=${tokens}`,
    'zosia.time_limit=0',
    ...(threads === undefined ? [] : [`zosia.llama_threads=${threads}`]),
    ...(batchThreads === undefined ? [] : [`zosia.llama_batch_threads=${batchThreads}`]),
    ...waitFlags(wait),
    ...(llamaArgs.length === 0 ? [] : [`zosia.llama_args=${formatLlamaArgs(llamaArgs)}`]),
  ];
}
