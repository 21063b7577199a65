import { Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { temperature } from '../options/values.js';
import { counted, formatBytes, say } from '../output/output.js';
import type { WeightType } from '../../formats/gguf/weights.js';

interface ConvertFlags {
  tokenizer: string;
  out: string;
  name?: string | undefined;
  chatTemplate?: string | undefined;
  temp?: number | undefined;
  type: Lowercase<WeightType>;
}

export function defineModelConvert(command: Command, { signal }: CliContext): void {
  command
    .argument('<checkpoint>', 'a llama2.c checkpoint (.bin, float32)')
    .requiredOption('--tokenizer <file>', "the checkpoint's tokenizer (.bin)")
    .requiredOption('--out <file>', 'the GGUF to write')
    .option('--name <name>', "the model's name; the checkpoint's file name unless given")
    .option('--chat-template <file>', 'a Jinja template; without one the model completes text')
    .option(
      '--temp <t>',
      'the temperature it is sampled at where nothing else is asked for',
      temperature,
    )
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
    .action(async (checkpoint: string, { type, temp, ...options }: ConvertFlags) => {
      const { convertLlama2c } = await import('../../recipes/convert.js');
      const { sizeBytes, otherwiseStoredCount } = await convertLlama2c({
        checkpoint,
        ...options,
        signal,
        type: type.toUpperCase() as WeightType,
        temperature: temp,
      });
      say(`wrote ${options.out} (${formatBytes(sizeBytes)})`);
      if (otherwiseStoredCount > 0) {
        const tensors = counted(otherwiseStoredCount, 'tensor');
        say(`stored as f16: ${tensors}, with rows that are no whole number of ${type} blocks`);
      }
    });
}
