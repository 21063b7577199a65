import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { modelsDirOption, modelStore } from '../options/models.js';
import type { ModelsFlags } from '../options/models.js';
import { counted, formatBytes, print, printJson, say } from '../output/output.js';

interface PruneFlags extends ModelsFlags {
  dryRun?: true | undefined;
  days?: number | undefined;
  json?: true | undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_DAYS = 36_500;

export function defineModelPrune(command: Command): void {
  command
    .option('--dry-run', 'only tell what would be removed')
    .addOption(
      new Option(
        '--days <n>',
        'downloads that were not finished go after so many days; 7 unless given, 0: at once',
      ).argParser(days),
    )
    .addOption(modelsDirOption())
    .addOption(new Option('--json', 'print what was removed as JSON').conflicts('dryRun'))
    .addHelpText(
      'after',
      `
What a machine or a download uses stays.

Examples:
  zosia model prune --dry-run
  zosia model prune --days 0`,
    )
    .action(async ({ dryRun, days: age, json, ...flags }: PruneFlags) => {
      const { pruneStore } = await import('../../models/store/prune.js');
      const partialAgeMs = age === undefined ? undefined : age * DAY_MS;
      const pruned = await pruneStore(modelStore(flags), { dryRun, partialAgeMs });
      if (json) {
        printJson(pruned);
        return;
      }
      if (dryRun) for (const { path } of pruned) print(path);
      const bytes = pruned.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const files = counted(pruned.length, 'file');
      say(`${dryRun ? 'would remove' : 'removed'} ${files} (${formatBytes(bytes)})`);
    });
}

function days(text: string): number {
  const count = Number(text);
  if (/^\d+(?:\.\d+)?$/.test(text) && count <= MAX_DAYS) return count;
  throw new InvalidArgumentError(`Give a number of days from 0 to ${MAX_DAYS}, as in 7.`);
}
