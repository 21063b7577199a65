import { Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { formatBytes, print, printJson, say } from './output.js';
import { printable } from './printable.js';
import type { WeightType } from '../formats/gguf/weights.js';
import { defaultPlaces } from '../recipes/places.js';

interface ConvertFlags {
  tokenizer: string;
  out: string;
  name?: string;
  chatTemplate?: string;
  type: Lowercase<WeightType>;
}

export function addModelCommand(program: Command, { signal }: CliContext): void {
  const model = program.command('model').description('look inside models, and convert them');

  model
    .command('info')
    .description('what a GGUF says of itself, checked against its own tensor table')
    .argument('<model>', 'a GGUF file, or the name of one in models/')
    .option('--json', 'print it as JSON')
    .action(async (name: string, options: { json?: true }) => {
      const { openModel } = await import('../recipes/model.js');
      const { path, sizeBytes, info } = await openModel(name, defaultPlaces().modelsDir);
      if (options.json) {
        printJson({ path, sizeBytes, ...info });
        return;
      }
      const rows: [string, string | number | undefined][] = [
        ['file', path],
        ['size', formatBytes(sizeBytes)],
        ['name', info.name],
        ['architecture', info.architecture],
        ['parameters', info.parameterCount.toLocaleString('en')],
        ['context', info.contextLength],
        ['layers', info.blockCount],
        ['vocabulary', info.vocabularySize],
        ['chat template', info.hasChatTemplate ? 'yes' : 'no: text is completed'],
      ];
      for (const [key, value] of rows) {
        if (value !== undefined) print(printable(`${key.padEnd(14)} ${value}`));
      }
    });

  model
    .command('convert')
    .description('turn a llama2.c checkpoint into a GGUF that llama.cpp runs')
    .argument('<checkpoint>', 'a llama2.c checkpoint (.bin, float32)')
    .requiredOption('--tokenizer <file>', "the checkpoint's tokenizer (.bin)")
    .requiredOption('--out <file>', 'the GGUF to write')
    .option('--name <name>', "the model's name; the checkpoint's file name unless given")
    .option('--chat-template <file>', 'a Jinja template; without one the model completes text')
    .addOption(
      new Option('--type <type>', 'how matrices are stored: half the size, or a quarter')
        .choices(['f32', 'f16', 'q8_0'])
        .default('f32'),
    )
    .addHelpText(
      'after',
      `
Example:
  zosia model convert stories260K.bin --tokenizer tok512.bin --out models/stories260K.gguf

Matrices with rows that are no whole number of q8_0's blocks of 32 weights become f16.`,
    )
    .action(async (checkpoint: string, { type, ...options }: ConvertFlags) => {
      const { convertLlama2c } = await import('../recipes/convert.js');
      const { sizeBytes } = await convertLlama2c({
        ...{ checkpoint, ...options, signal },
        type: type.toUpperCase() as WeightType,
      });
      say(`wrote ${options.out} (${formatBytes(sizeBytes)})`);
    });
}
