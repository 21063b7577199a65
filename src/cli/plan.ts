import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { modelsDirOption, namedModels } from './options/models.js';
import type { ModelsFlags } from './options/models.js';
import { wholeNumber } from './options/values.js';
import { tensorSplitOption, workersOption } from './options/workers.js';
import { columns } from './output/columns.js';
import { formatBytes, print, printJson } from './output/output.js';
import { printable } from './output/printable.js';
import { parseMemoryMiB } from '../workers/plan/memory-size.js';
import type { Share, WorkersPlan } from '../workers/plan/plan-workers.js';

interface PlanFlags extends ModelsFlags {
  workers: string;
  tensorSplit?: string | undefined;
  head?: number | undefined;
  ctx?: number | undefined;
  parallel: number;
  json?: true | undefined;
}

export function definePlan(command: Command, { result }: CliContext): void {
  command
    .argument('<model>', 'a GGUF, a name, or a reference of what is on this host')
    .addOption(workersOption().makeOptionMandatory())
    .addOption(tensorSplitOption())
    .addOption(
      new Option('--head <memory>', "the memory of the head's machine, as 8GiB").argParser(memory),
    )
    .option(
      '-c, --ctx <n>',
      'length of the context in tokens; up to 4096 unless given',
      wholeNumber(1),
    )
    .option('--parallel <n>', 'requests at once, as of zosia serve', wholeNumber(1), 1)
    .addOption(modelsDirOption())
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
Nobody is asked for anything: the workers need not be there. Each says its memory, as in a=16GiB,b=8GiB.
The exit status is 1 where the model does not fit.

Examples:
  zosia plan big.gguf --workers a=16GiB,b=8GiB
  zosia plan big.gguf --workers a=16GiB,b=8GiB --tensor-split 1,1 --ctx 8192 --json`,
    )
    .action(async (model: string, flags: PlanFlags) => {
      const plan = await planOf(model, flags);
      if (flags.json) printJson(plan);
      else printPlan(plan);
      if (plan.fits === false) result.exitStatus = 1;
    });
}

async function planOf(named: string, flags: PlanFlags): Promise<WorkersPlan> {
  const [{ parseWorkers }, { parseTensorSplit }, { planWorkers }, { readModel }, memory, places] =
    await Promise.all([
      import('../workers/plan/worker-list.js'),
      import('../workers/plan/tensor-split.js'),
      import('../workers/plan/plan-workers.js'),
      import('../recipes/model.js'),
      import('../recipes/model-memory.js'),
      import('../recipes/places.js'),
    ]);
  const workers = parseWorkers(flags.workers);
  const { tensorSplit } = flags;
  const { modelsDir } = places.defaultPlaces();
  const { info, layers } = await readModel(named, { modelsDir, named: namedModels(flags) });
  return planWorkers({
    facts: info,
    layers,
    workers,
    contextTokens: memory.contextTokensFor(info, flags.ctx) * flags.parallel,
    headMemoryMiB: flags.head,
    tensorSplit:
      tensorSplit === undefined ? undefined : parseTensorSplit(tensorSplit, workers.length),
  });
}

const FITS: ReadonlyMap<boolean | undefined, string> = new Map([
  [true, 'fits'],
  [false, 'does not fit'],
]);

function printPlan(plan: WorkersPlan): void {
  const rows = [plan.head, ...plan.workers].map((share) => [
    printable(share.name),
    holds(share),
    formatBytes(share.weightBytes),
    formatBytes(share.kvCacheBytes),
    `${share.neededMiB} MiB`,
    share.memoryMiB === undefined ? '-' : `${share.memoryMiB} MiB`,
    FITS.get(share.fits) ?? 'not known',
  ]);
  const titles = ['WHO', 'HOLDS', 'WEIGHTS', 'CONTEXT', 'NEEDS', 'HAS', ''];
  for (const line of columns([titles, ...rows], [], undefined)) print(line);
}

function holds({ blocks: { from, to }, hasInput, hasOutput }: Share): string {
  const parts = [
    ...(hasInput ? ['input'] : []),
    ...(to > from ? [`blocks ${from}-${to - 1}`] : []),
    ...(hasOutput ? ['output'] : []),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

function memory(text: string): number {
  const value = parseMemoryMiB(text);
  if (value === undefined) throw new InvalidArgumentError('Give a size, as in 8GiB or 512MiB.');
  return value;
}
