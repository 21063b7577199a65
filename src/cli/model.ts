import { Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { temperature, wholeNumber } from './options/values.js';
import { counted, formatBytes, print, printJson, say } from './output/output.js';
import { printable } from './output/printable.js';
import type { WeightType } from '../formats/gguf/weights.js';
import { defaultPlaces } from '../recipes/places.js';

/** Parses a list of whole numbers above zero. */
function contextLengths(text: string): number[] {
  return text.split(',').map(wholeNumber(1));
}

interface ConvertFlags {
  tokenizer: string;
  out: string;
  name?: string | undefined;
  chatTemplate?: string | undefined;
  temp?: number | undefined;
  type: Lowercase<WeightType>;
}

export function defineModel(model: Command, { signal }: CliContext): void {
  model
    .command('info')
    .description('what a GGUF says of itself, checked against its own tensor table')
    .argument('<model>', 'a GGUF file, or the name of one in models/')
    .option('--ctx <list>', 'contexts to tell the memory for, as in 2048,8192', contextLengths)
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
The memory is what zosia up gives a machine for the model: its weights, the keys and values of a context
of so many tokens, and 512 MiB. Big models get more where the host has it.

Examples:
  zosia model info phi-3.5-mini
  zosia model info model.gguf --ctx 2048,8192,32768`,
    )
    .action(
      async (name: string, options: { ctx?: number[] | undefined; json?: true | undefined }) => {
        const [{ readModel }, { memoryByContext }] = await Promise.all([
          import('../recipes/model.js'),
          import('../prepare/memory-by-context.js'),
        ]);
        const { path, sizeBytes, info } = await readModel(name, defaultPlaces().modelsDir);
        const memory = memoryByContext(info, options.ctx);
        if (options.json) {
          printJson({ path, sizeBytes, ...info, memory });
          return;
        }
        const rows: [string, string | number | undefined][] = [
          ['file', path],
          ['size', formatBytes(sizeBytes)],
          ['name', info.name],
          ['architecture', info.architecture],
          ['parameters', info.parameterCount.toLocaleString('en')],
          ['quantisation', info.quantisation],
          ['context', info.contextLength],
          ['layers', info.blockCount],
          ['vocabulary', info.vocabularySize],
          ['chat template', info.hasChatTemplate ? 'yes' : 'no: text is completed'],
          ['temperature', info.temperature],
          ...memory.map(({ contextTokens, ramMiB }): [string, string] => {
            const isLong = contextTokens > (info.contextLength ?? Infinity);
            const note = isLong ? ', more than it was trained for' : '';
            return ['memory', `${ramMiB} MiB with a context of ${contextTokens} tokens${note}`];
          }),
        ];
        for (const [key, value] of rows) {
          if (value !== undefined) print(printable(`${key.padEnd(14)} ${value}`));
        }
      },
    );

  model
    .command('convert')
    .description('turn a llama2.c checkpoint into a GGUF that llama.cpp runs')
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
      const { convertLlama2c } = await import('../recipes/convert.js');
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
