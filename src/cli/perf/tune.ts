import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { counted, EXIT, print, printJson, say } from '../output/output.js';
import { wholeNumber } from '../options/values.js';
import type { PerfBench } from './bench.js';
import { addPerfMachineOptions, requireFitting } from './options.js';
import type { PerfMachineFlags } from './options.js';
import { addSpaceOptions, chosenSpace } from './space.js';
import { requireOneOf } from '../options/machine.js';
import type { SpaceFlags } from './space.js';
import { ZosiaError } from '../../errors.js';
import type { Candidate } from '../../perf/candidates.js';
import { describeSetting } from '../../perf/setting.js';
import { formatRate, summarise } from '../../perf/statistics.js';
import type { Summary } from '../../perf/statistics.js';
import type { TuneResult } from '../../perf/tune.js';

interface Flags extends PerfMachineFlags, SpaceFlags {
  boots?: number | undefined;
  repeats: number;
  saveProfile?: string | undefined;
  profiles?: string | undefined;
}

const USUAL_REPEATS = 3;

export function definePerfTune(command: Command, context: CliContext): void {
  command
    .argument('[model]', 'a GGUF file, or the name of a model; the last model disk unless given')
    .optionsGroup('What is tried:');
  addSpaceOptions(command)
    .optionsGroup('How it is measured:')
    .option(
      '--boots <n>',
      'boots that may be spent, repeats included; half the number of settings unless given, or what trying each value once takes, where that is more',
      wholeNumber(1),
    )
    .option(
      '--repeats <n>',
      'how often the last two settings are measured, as far as the boots go',
      wholeNumber(1),
      USUAL_REPEATS,
    )
    .option('--save-profile <name>', 'keep the fastest setting under this name')
    .option('--profiles <file>', 'where profiles are kept; zosia.perf.json unless given');
  addPerfMachineOptions(command)
    .addHelpText(
      'after',
      `
One thing is varied at a time, the best value kept, and the fastest few settings are measured again to
tell what is fast from what was lucky. Threads for batches are chosen by the speed of reading the prompt.
Unless --boots says otherwise, that takes at most half the boots of a matrix of the same settings with one
run each; where there are so few settings that a value would go untried, one boot for each value.

Examples:
  zosia perf tune model.gguf --save-profile laptop
  zosia perf tune model.gguf --threads "4 6 8" --llama-args "default -fa,off" --boots 12`,
    )
    .action(async (model: string | undefined, flags: Flags) => {
      requireOneOf(command, '--profiles', ['--save-profile']);
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
  const [
    { keepingRuns, printCommands, printSummary, withPerfBench },
    { cpusFor, longestContext, USUAL_TOKENS },
    { enumerateSpace },
    { checkProfileName },
    { PROFILES_FILE, saveProfile },
    { tune, usualBoots },
  ] = await Promise.all([
    import('./bench.js'),
    import('../../perf/plan.js'),
    import('../../perf/space.js'),
    import('../../perf/profile.js'),
    import('../../perf/profiles-file.js'),
    import('../../perf/tune.js'),
  ]);
  const { saveProfile: name, profiles = PROFILES_FILE, repeats } = flags;
  if (name !== undefined) checkProfileName(name, '--save-profile');
  const { smp: asked } = flags;
  const space = await chosenSpace(command, flags, asked);
  const settings = enumerateSpace(space);
  const cpus = asked ?? cpusFor(settings, availableParallelism());
  const tokens = flags.tokens ?? USUAL_TOKENS;
  const options = { model, cpus, tokens, contextTokens: longestContext(settings) };
  await withPerfBench(flags, options, signal, async (bench) => {
    const { machine, boot, records } = bench;
    if (flags.dryRun) {
      await printCommands(machine, settings, tokens);
      return;
    }
    const found = await keepingRuns(
      bench,
      flags,
      tune({
        space,
        boots: flags.boots ?? usualBoots(space, repeats),
        repeats,
        boot,
        timeoutSeconds: flags.timeout,
        clock: () => new Date(),
        signal,
        onRun: (each) => bench.record(each),
      }),
    );
    if (flags.json) printJson({ ...describe(found), runs: records });
    else {
      await printSummary(records);
      tell(found, repeats);
    }
    if (found.interrupted) signal.throwIfAborted();
    if (!found.winner) throw nothingFound(records);
    if (name !== undefined) {
      const profile = { cpus: machine.spec.cpus, tokens, ...found.winner.setting };
      await saveProfile(name, profile, profiles);
      say(`kept as the profile ${name} in ${profiles}`);
    }
    result.exitStatus = EXIT.done;
  });
}

function nothingFound(records: PerfBench['records']): ZosiaError {
  const log = records.at(-1)?.logPath;
  return new ZosiaError('ZOSIA_PERF_NO_RESULTS', 'no boot gave a result', {
    hint: log === undefined ? 'Allow more time with --timeout.' : `The last console is in ${log}.`,
  });
}

function tell(
  { winner, start, bootCount, settingCount, interrupted }: TuneResult,
  repeats: number,
): void {
  if (winner) print(`fastest:  ${words(winner)}`);
  if (start && start !== winner) print(`start:    ${words(start)}`);
  print(
    `boots:    ${bootCount}; a matrix of all ${counted(settingCount, 'setting')}, one run each, takes ${settingCount}`,
  );
  const runCount = winner?.tokPerS.length ?? repeats;
  if (runCount < repeats && !interrupted) {
    say(
      `zosia: the fastest was measured ${runCount} of ${repeats} times; give more --boots for the rest`,
    );
  }
}

/** What was measured with a candidate; undefined when it never succeeded. */
const summaryOf = ({ tokPerS }: Candidate): Summary | undefined =>
  tokPerS.length === 0 ? undefined : summarise(tokPerS);

function words(candidate: Candidate): string {
  const setting = describeSetting(candidate.setting);
  const summary = summaryOf(candidate);
  if (!summary) return `${setting}: failed`;
  const { median, min, max, count } = summary;
  const range = count > 1 ? `, from ${formatRate(min)} to ${formatRate(max)}` : '';
  return `${setting}: ${formatRate(median)} tok/s, median of ${counted(count, 'run')}${range}`;
}

/** What was found, for programs. */
function describe(found: TuneResult) {
  const { bootCount, settingCount, interrupted } = found;
  const candidate = (each: Candidate | undefined) =>
    each && { ...each.setting, ...summaryOf(each), failureCount: each.failureCount };
  return {
    winner: candidate(found.winner),
    start: candidate(found.start),
    candidates: found.candidates.map(candidate),
    bootCount,
    settingCount,
    interrupted,
  };
}
