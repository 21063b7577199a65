import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { variableOption } from './variables.js';
import type { SettingSpace } from '../../perf/space.js';

/** Options that say which settings there are. */
export interface SpaceFlags {
  threads?: string | undefined;
  batchThreads?: string | undefined;
  wait?: string | undefined;
  llamaArgs?: string | undefined;
}

export function addSpaceOptions(command: Command): Command {
  return command
    .addOption(
      variableOption(
        '--threads <list>',
        'numbers of threads, as in "2 4 default"; those around the number of processors unless given',
        'PERF_MATRIX_THREADS',
      ),
    )
    .addOption(
      variableOption(
        '--batch-threads <list>',
        'numbers of threads for prompts; as many as generate, and all processors, unless given',
        'PERF_MATRIX_BATCH_THREADS',
      ),
    )
    .addOption(
      variableOption(
        '--wait <list>',
        'how threads wait for one another, as in "sleep spin"; both when no list is given',
        'PERF_MATRIX_WAIT',
      ),
    )
    .addOption(
      variableOption(
        '--llama-args <lists>',
        'sets of arguments, as in "default -b,256 -b,256,-fa,off"',
        'PERF_MATRIX_ARGS',
      ),
    );
}

/**
 * The settings that are asked for, or those around so many processors, or the host's.
 *
 * @throws ZosiaError as `parseThreadList`, `parseWaitList` and `parseArgsList`
 */
export async function chosenSpace(
  { threads, batchThreads, wait, llamaArgs }: SpaceFlags,
  cpus: number | undefined,
): Promise<SettingSpace> {
  const { parseArgsList, parseThreadList, parseWaitList, usualSpace } =
    await import('../../perf/space.js');
  const usual = usualSpace(cpus ?? availableParallelism());
  // Whoever lists what is to be tried gets nothing else.
  const isListed = [threads, batchThreads, llamaArgs].some((list) => list !== undefined);
  const usualWaits = isListed ? [undefined] : usual.waits;
  return {
    threads: threads === undefined ? usual.threads : parseThreadList(threads, '--threads'),
    batchThreads:
      batchThreads === undefined
        ? usual.batchThreads
        : parseThreadList(batchThreads, '--batch-threads'),
    waits: wait === undefined ? usualWaits : parseWaitList(wait, '--wait'),
    llamaArgs: llamaArgs === undefined ? usual.llamaArgs : parseArgsList(llamaArgs, '--llama-args'),
  };
}
