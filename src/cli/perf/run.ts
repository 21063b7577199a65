import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { counted, EXIT, printJson, say } from '../output/output.js';
import {
  numberAtLeast,
  pauseSeconds,
  WAIT_DESCRIPTION,
  waitPolicy,
  wholeNumber,
} from '../options/values.js';
import { addPerfMachineOptions, numberUpTo, requireFitting } from './options.js';
import type { PerfMachineFlags } from './options.js';
import { requireOneOf } from '../options/machine.js';
import { originOf, variableOption, variableSwitch } from '../variable-option.js';
import { ZosiaError } from '../../errors.js';
import type { PlanOptions } from '../../perf/plan.js';
import type { WaitPolicy } from '../../machine/machine.js';
import { MAX_THREADS } from '../../perf/setting.js';

interface Flags extends PerfMachineFlags {
  profile?: string | undefined;
  profiles?: string | undefined;
  minTokS?: number | undefined;
  runs?: number | undefined;
  threads?: number | undefined;
  batchThreads?: number | undefined;
  wait?: WaitPolicy | undefined;
  llamaArgs?: string | undefined;
  matrix?: string | undefined;
  loop?: boolean | undefined;
  loopSleep: number;
  failFast?: boolean | undefined;
}

/** As in the original scripts: it lets a host cool down a little. */
const USUAL_LOOP_SLEEP_SECONDS = 2;

/** What is measured unless something else is asked for. */
const USUAL_PROFILE = 'phi35_fast';

export function definePerfRun(command: Command, context: CliContext): void {
  command
    .argument('[model]', 'a GGUF file, or the name of a model; the last model disk unless given')
    .optionsGroup('What is measured:')
    .addOption(
      variableOption(
        '--profile <name>',
        `${USUAL_PROFILE}, none, or one of the user's; ${USUAL_PROFILE} unless settings are given`,
        'PERF_PROFILE',
      ),
    )
    .option('--profiles <file>', "the user's profiles; zosia.perf.json unless given")
    .addOption(
      variableOption(
        '--threads <n>',
        'threads that generate',
        'PERF_THREADS',
        numberUpTo(MAX_THREADS),
      ),
    )
    .addOption(
      variableOption(
        '--batch-threads <n>',
        'threads that read the prompt; as many as generate unless given',
        'PERF_BATCH_THREADS',
        numberUpTo(MAX_THREADS),
      ),
    )
    .addOption(variableOption('--wait <how>', WAIT_DESCRIPTION, 'PERF_WAIT', waitPolicy))
    .addOption(
      variableOption(
        '--llama-args <args>',
        'arguments for llama.cpp, separated by commas; \\, is a comma',
        'PERF_LLAMA_ARGS',
      ),
    )
    .addOption(
      variableOption(
        '--matrix <file>',
        'measure every line, threads|batch threads|arguments',
        'PERF_MATRIX_FILE',
      ),
    )
    .optionsGroup('How it is measured:')
    .addOption(
      variableOption('--runs <n>', 'how often; once unless given', 'PERF_RUNS', wholeNumber(1)),
    )
    .addOption(
      variableSwitch('--loop', 'go on until Ctrl+C, with --runs runs in each round', 'PERF_LOOP'),
    )
    .addOption(
      variableOption(
        '--loop-sleep <s>',
        'with --loop: seconds from a round to the next',
        'PERF_LOOP_SLEEP',
        pauseSeconds,
      ).default(USUAL_LOOP_SLEEP_SECONDS),
    )
    .addOption(
      variableOption(
        '--min-tok-s <rate>',
        'fail when a run generates fewer tokens per second',
        'PERF_MIN_TOK_S',
        numberAtLeast(0),
      ),
    )
    .addOption(
      variableSwitch(
        '--fail-fast',
        'stop at the first run that fails; the default',
        'PERF_FAIL_FAST',
      ),
    )
    .option('--no-fail-fast', 'go on after a run that fails');
  addPerfMachineOptions(command)
    .addHelpText(
      'after',
      `
Rates are of generation alone, by llama.cpp's own clock. Of several settings each is measured once before
any is measured again. The exit status is 1 when a run failed or was too slow.

Examples:
  zosia perf run model.gguf --min-tok-s 20
  zosia perf run model.gguf --threads 4 --llama-args -b,256,-c,1024 --runs 5
  zosia perf run model.gguf --matrix perf.matrix --loop --no-fail-fast --results perf.csv`,
    )
    .action(async (model: string | undefined, flags: Flags) => {
      requireOneOf(command, '--profiles', ['--profile']);
      requireOneOf(command, '--loop-sleep', ['--loop']);
      requireFitting(command, model);
      await run(command, model, flags, context);
    });
}

async function run(
  command: Command,
  model: string | undefined,
  flags: Flags,
  { signal, result }: CliContext,
): Promise<void> {
  const [{ measure }, { keepingRuns, printCommands, printSummary, withPerfBench }, { planRuns }] =
    await Promise.all([
      import('../../perf/measure.js'),
      import('./bench.js'),
      import('../../perf/plan.js'),
    ]);
  const { smp: cpus } = flags;
  const plan = planRuns({
    ...(await whatToMeasure(command, flags)),
    tokens: flags.tokens,
    cpus,
    hostCpuCount: availableParallelism(),
  });
  if (plan.note !== undefined) say(`zosia: ${plan.note}`);
  await withPerfBench(flags, { ...plan, model }, signal, async (bench) => {
    if (flags.dryRun) {
      await printCommands(bench.machine, plan.settings, plan.tokens);
      return;
    }
    const { runs, interrupted } = await keepingRuns(
      bench,
      flags,
      measure({
        settings: plan.settings,
        rounds: flags.runs ?? 1,
        repeat: flags.loop ? { pauseSeconds: flags.loopSleep } : undefined,
        boot: bench.boot,
        timeoutSeconds: flags.timeout,
        failFast: flags.failFast ?? true,
        minTokPerS: flags.minTokS,
        clock: () => new Date(),
        signal,
        onRun: (each) => bench.record(each),
      }),
    );
    const bad = runs.filter(({ ok }) => !ok).length;
    if (flags.json) printJson({ runs: bench.records, interrupted, ok: bad === 0 });
    else await printSummary(bench.records);
    if (bad > 0)
      say(
        `${bad} of ${counted(runs.length, 'run')} failed or ${bad === 1 ? 'was' : 'were'} too slow`,
      );
    result.exitStatus = bad === 0 ? EXIT.done : EXIT.failed;
    // A loop is ended that way; anything else has been cut short.
    if (interrupted && (!flags.loop || runs.length === 0)) signal.throwIfAborted();
  });
}

/** Reads the profile and all that is given beside it. */
async function whatToMeasure(
  command: Command,
  flags: Flags,
): Promise<
  Pick<PlanOptions, 'profile' | 'matrix' | 'threads' | 'batchThreads' | 'wait' | 'llamaArgs'>
> {
  const [{ loadProfile }, { formatSetting, parseLlamaArgs }, { parseMatrix }, { readTextFile }] =
    await Promise.all([
      import('../../perf/profiles-file.js'),
      import('../../perf/setting.js'),
      import('../../perf/matrix.js'),
      import('../../host/text-file.js'),
    ]);
  const { matrix, threads, batchThreads, wait, llamaArgs } = flags;
  const hasSetting = [threads, batchThreads, wait, llamaArgs].some((value) => value !== undefined);
  if (hasSetting && matrix !== undefined) {
    throw new ZosiaError('ZOSIA_BAD_OPTION', `the matrix ${matrix} says what is measured`, {
      hint:
        'Leave out --threads, --batch-threads, --wait and --llama-args, and their variables; ' +
        'or leave out --matrix and PERF_MATRIX_FILE.',
    });
  }
  const usual = hasSetting || matrix !== undefined ? 'none' : USUAL_PROFILE;
  const profile = await loadProfile(flags.profile ?? usual, flags.profiles);
  if (matrix !== undefined && flags.profile !== undefined && formatSetting(profile) !== '||') {
    say(
      `zosia: the matrix ${matrix} says which threads and arguments are measured: ` +
        `those of the profile ${flags.profile} are not, its processors and tokens count`,
    );
  }
  return {
    profile,
    threads,
    batchThreads,
    wait,
    llamaArgs:
      llamaArgs === undefined
        ? undefined
        : parseLlamaArgs(llamaArgs, originOf(command, 'llamaArgs')!),
    matrix: matrix === undefined ? undefined : parseMatrix(await readTextFile(matrix), matrix),
  };
}
