import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { originOf, variableOption } from '../variable-option.js';
import type { SettingSpace } from '../../perf/space.js';

/** Options that say which settings there are. */
export interface SpaceFlags {
  threads?: readonly string[] | undefined;
  batchThreads?: readonly string[] | undefined;
  wait?: readonly string[] | undefined;
  llamaArgs?: readonly string[] | undefined;
}

const notEmpty = (word: string): boolean => word !== '';

/** Numbers and names, which have neither blanks nor commas in them. */
const splitList = (text: string): string[] => text.split(/[\s,]+/).filter(notEmpty);

/** Sets of arguments, which have commas in them. */
const splitArgs = (text: string): string[] => text.split(/\s+/).filter(notEmpty);

/** As the original scripts have sets of arguments: with semicolons between them, of which one may end the list. */
const splitArgsAtSemicolons = (text: string): string[] =>
  text
    .replace(/;\s*$/, '')
    .split(';')
    .map((word) => word.trim());

export function addSpaceOptions(command: Command): Command {
  return command
    .addOption(
      variableOption(
        '--threads <list>',
        'numbers of threads, as in "2 4 default"; those around the number of processors unless given',
        { PERF_MATRIX_THREADS: splitList, PERF_MATRIX_THREADS_LIST: splitList },
        splitList,
      ),
    )
    .addOption(
      variableOption(
        '--batch-threads <list>',
        'numbers of threads for prompts; as many as generate, and all processors, unless given',
        { PERF_MATRIX_BATCH_THREADS: splitList, PERF_MATRIX_BATCH_THREADS_LIST: splitList },
        splitList,
      ),
    )
    .addOption(
      variableOption(
        '--wait <list>',
        'how threads wait for one another, as in "sleep spin"; both when no list is given',
        'PERF_MATRIX_WAIT',
        splitList,
      ),
    )
    .addOption(
      variableOption(
        '--llama-args <lists>',
        'sets of arguments, as in "default -b,256 -b,256,-fa,off"',
        { PERF_MATRIX_ARGS: splitArgs, PERF_MATRIX_ARGS_LIST: splitArgsAtSemicolons },
        splitArgs,
      ),
    );
}

/**
 * The settings that are asked for, or those around so many processors, or the host's.
 *
 * @throws ZosiaError as `parseThreadList`, `parseWaitList` and `parseArgsList`
 */
export async function chosenSpace(
  command: Command,
  { threads, batchThreads, wait, llamaArgs }: SpaceFlags,
  cpus: number | undefined,
): Promise<SettingSpace> {
  const { parseArgsList, parseThreadList, parseWaitList, usualSpace } =
    await import('../../perf/space.js');
  const usual = usualSpace(cpus ?? availableParallelism());
  // Whoever lists what is to be tried gets nothing else.
  const isListed = [threads, batchThreads, llamaArgs].some((list) => list !== undefined);
  const usualWaits = isListed ? [undefined] : usual.waits;
  const origin = (attribute: keyof SpaceFlags): string => originOf(command, attribute)!;
  return {
    threads: threads === undefined ? usual.threads : parseThreadList(threads, origin('threads')),
    batchThreads:
      batchThreads === undefined
        ? usual.batchThreads
        : parseThreadList(batchThreads, origin('batchThreads')),
    waits: wait === undefined ? usualWaits : parseWaitList(wait, origin('wait')),
    llamaArgs:
      llamaArgs === undefined ? usual.llamaArgs : parseArgsList(llamaArgs, origin('llamaArgs')),
  };
}
