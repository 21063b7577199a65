import type { Command } from 'commander';
import { modelsDirOption, namedModels } from '../options/models.js';
import type { ModelsFlags } from '../options/models.js';
import { formatBytes, printJson, say } from '../output/output.js';

interface RmFlags extends ModelsFlags {
  json?: true | undefined;
}

export function defineModelRm(command: Command): void {
  command
    .argument('<name...>', 'names of models that were pulled or added')
    .addOption(modelsDirOption())
    .option('--json', 'print what was removed as JSON')
    .addHelpText(
      'after',
      `
A file that was added, or is another program's, stays. A model that a machine runs from,
or that is being pulled, is refused.

Examples:
  zosia model rm mine
  zosia model rm phi-3.5-mini smol`,
    )
    .action(async (names: string[], flags: RmFlags) => {
      const { removeModels } = await import('../../models/store/remove.js');
      const { refuseOthers } = await import('../../models/require-named.js');
      const models = namedModels(flags);
      await refuseOthers(models, names);
      const removed = await removeModels(models.store, names);
      if (flags.json) printJson(removed);
      else {
        for (const { name, freedBytes } of removed) {
          const freed = freedBytes > 0 ? `, which frees ${formatBytes(freedBytes)}` : '';
          say(`removed ${name}${freed}`);
        }
      }
    });
}
