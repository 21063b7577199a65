import type { Command } from 'commander';
import { modelsDirOption, namedModels } from '../options/models.js';
import type { ModelsFlags } from '../options/models.js';
import { wholeNumber } from '../options/values.js';
import { defaultPlaces } from '../../recipes/places.js';

interface InfoFlags extends ModelsFlags {
  ctx?: number[] | undefined;
  json?: true | undefined;
}

/** Parses a list of whole numbers above zero. */
function contextLengths(text: string): number[] {
  return text.split(',').map(wholeNumber(1));
}

export function defineModelInfo(command: Command): void {
  command
    .argument('<model>', 'a GGUF file of any kind, or the name of a model')
    .option('--ctx <list>', 'contexts to tell the memory for, as in 2048,8192', contextLengths)
    .addOption(modelsDirOption())
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
The memory is what zosia up gives a machine for the model: its weights, the keys and values of a context
of so many tokens, and 512 MiB. Big models get more where the host has it.

Nothing is downloaded: phi-3.5-mini has to be pulled first. Of a model of the catalogue that is not here, zosia
model show tells the memory.

Examples:
  zosia model info phi-3.5-mini
  zosia model info model.gguf --ctx 2048,8192,32768`,
    )
    .action(async (name: string, options: InfoFlags) => {
      const { printModelInfo } = await import('../output/model-info.js');
      const { modelsDir } = defaultPlaces();
      await printModelInfo(name, { modelsDir, named: namedModels(options) }, options);
    });
}
