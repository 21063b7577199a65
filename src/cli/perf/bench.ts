import { join } from 'node:path';
import { folders } from '../environment.js';
import { withFetchSettings } from '../options/fetch.js';
import { chosenKernel } from '../options/kernel.js';
import { hostOptions } from '../options/machine.js';
import { namedModels } from '../options/models.js';
import { printJson, say, warn } from '../output/output.js';
import type { PerfMachineFlags } from './options.js';
import { sayWhatIsMissing } from '../start/start.js';
import { printable } from '../output/printable.js';
import { writeStdout } from '../output/stdout.js';
import { checkOutputTarget } from '../../host/output-target.js';
import { formatCommand, linuxArguments } from '../../machine/machine.js';
import { machineBoot, perfSpec } from '../../perf/boot.js';
import type { MeasuredRun } from '../../perf/measure.js';
import type { Boot } from '../../perf/outcome.js';
import { preparePerfMachine } from '../../perf/prepare.js';
import type { PerfMachine } from '../../perf/prepare.js';
import { recordOf, speedOf } from '../../perf/record.js';
import { rememberSpeed } from '../../perf/speed-history.js';
import { groupResults } from '../../perf/report/groups.js';
import { summaryLines } from '../../perf/report/text.js';
import { openResultsFile } from '../../perf/results-file.js';
import type { RunRecord } from '../../perf/results.js';
import { describeSetting } from '../../perf/setting.js';
import type { Setting } from '../../perf/setting.js';
import { formatRate } from '../../perf/statistics.js';
import { defaultPlaces } from '../../recipes/places.js';
import { withRunDisk } from '../../prepare/run-disk.js';

/** What is to be measured, as far as the machine depends on it. */
export interface PerfMachineOptions {
  readonly model: string | undefined;
  readonly cpus: number | undefined;
  readonly contextTokens: number | undefined;
  readonly tokens: number;
}

/** A machine that is ready to be measured, and a place for what comes of it. */
export interface PerfBench {
  readonly machine: PerfMachine;
  readonly boot: Boot;
  /** Tells of a run, adds it to the results, and remembers it. */
  record(run: MeasuredRun): Promise<void>;
  readonly records: readonly (RunRecord & { readonly logPath?: string | undefined })[];
}

/** Prepares a machine for measuring, and closes the file of results in the end. */
export async function withPerfBench(
  flags: PerfMachineFlags,
  { model, cpus, contextTokens, tokens }: PerfMachineOptions,
  signal: AbortSignal,
  use: (bench: PerfBench) => Promise<void>,
): Promise<void> {
  // What may be wrong with it is found out before the first boot, which may take long.
  const results =
    flags.results === undefined || flags.dryRun ? undefined : await openResultsFile(flags.results);
  if (results?.lacks !== undefined) {
    say(
      `zosia: ${flags.results} has the columns that it began with: ${results.lacks} not kept there`,
    );
  }
  try {
    if (flags.log !== undefined) await checkOutputTarget(flags.log);
    const prepared = await prepare(flags, { model, cpus, contextTokens }, signal);
    if (prepared.spec.accel.note !== undefined) say(`zosia: ${prepared.spec.accel.note}`);
    if (flags.dryRun) await sayWhatIsMissing(prepared.spec);
    const folder = flags.logDir ?? join(defaultPlaces().artifactsDir, 'perf-logs');
    const records: (RunRecord & { logPath?: string | undefined })[] = [];
    const clock = (): Date => new Date();
    const useMachine = (machine: PerfMachine): Promise<void> =>
      use({
        machine,
        boot: machineBoot(machine, {
          tokens,
          logs: { folder, keepAll: flags.logDir !== undefined, lastFile: flags.log },
          clock,
        }),
        records,
        async record(run) {
          const record = recordOf(run, machine, tokens);
          const { logPath } = run.outcome;
          records.push({ ...record, logPath });
          sayRun(run);
          // It is for estimates alone: measuring goes on without.
          const speed = speedOf(run, machine);
          if (speed) await rememberSpeed(folders().cacheDirectory, speed).catch(() => undefined);
          await results?.append(record).catch((error: unknown) => {
            const which = `run ${run.round} with ${describeSetting(run.setting)}`;
            say(`zosia: ${which} is not in ${flags.results!}; the summary has it`);
            throw error;
          });
        },
      });
    await withRunDisk(prepared, (spec) => useMachine({ ...prepared, spec }), signal);
  } finally {
    await results?.close();
  }
}

async function prepare(
  flags: PerfMachineFlags,
  { model, cpus, contextTokens }: Omit<PerfMachineOptions, 'tokens'>,
  signal: AbortSignal,
): Promise<PerfMachine> {
  return withFetchSettings(flags, { signal }, async (settings) => {
    const places = defaultPlaces();
    const { arch } = settings;
    const { kind, path } = await chosenKernel(flags.kernel, { places, arch, signal });
    return preparePerfMachine({
      ...settings,
      model,
      named: namedModels(flags, { hold: !flags.dryRun }),
      dryRun: flags.dryRun,
      places,
      kernel: kind,
      base: flags.base,
      folders: folders(),
      machine: {
        ...hostOptions(flags),
        kernel: path,
        cpus: cpus ?? flags.smp,
        append: flags.append,
      },
      images: { initrd: flags.initrd, disk: flags.disk },
      contextTokens,
      llama: flags.llama,
    });
  });
}

/**
 * Waits for measuring to end. Where it fails midway, the runs until then are printed all the same: they
 * took long, and a file of results need not have them.
 */
export async function keepingRuns<T>(
  { records }: Pick<PerfBench, 'records'>,
  { json }: Pick<PerfMachineFlags, 'json'>,
  measuring: Promise<T>,
): Promise<T> {
  try {
    return await measuring;
  } catch (error) {
    if (json) printJson({ runs: records, interrupted: true, ok: false });
    else await printSummary(records);
    throw error;
  }
}

/** Prints what the runs of each setting say together. */
export async function printSummary(records: readonly RunRecord[]): Promise<void> {
  const lines = groupResults(records).flatMap((subject) => [
    subject.title,
    ...summaryLines(subject),
    '',
  ]);
  await writeStdout(lines.map((line) => `${printable(line)}\n`).join(''));
}

/** Prints the command of each machine that would be booted. */
export async function printCommands(
  machine: PerfMachine,
  settings: readonly Setting[],
  tokens: number,
): Promise<void> {
  for (const setting of settings) {
    const spec = perfSpec(machine, setting, { tokens, logPath: 'console.log' });
    await writeStdout(`${formatCommand([spec.qemu, ...linuxArguments(spec)])}\n`);
  }
}

function sayRun({ setting, round, outcome, ok }: MeasuredRun): void {
  const what = `${describeSetting(setting)}, run ${round}:`;
  if (!outcome.measured) {
    const log = outcome.logPath === undefined ? '' : `; its console is in ${outcome.logPath}`;
    warn(`${what} failed: ${outcome.reason}${log}`);
    return;
  }
  const { tokPerS, tokens, seconds, loadSeconds } = outcome.result;
  const details = `${tokens} tokens in ${seconds.toFixed(2)} s, loaded in ${loadSeconds.toFixed(2)} s`;
  say(`${what} ${formatRate(tokPerS)} tok/s (${details})${ok ? '' : ': too slow'}`);
}
