import { Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { temperature } from '../options/values.js';
import { counted, formatBytes, say } from '../output/output.js';
import type { WeightType } from '../../formats/gguf/weights.js';

interface ConvertFlags {
  tokenizer?: string | undefined;
  out: string;
  name?: string | undefined;
  chatTemplate?: string | undefined;
  temp?: number | undefined;
  type: Lowercase<WeightType> | 'int8';
}

export function defineModelConvert(command: Command, { signal }: CliContext): void {
  command
    .argument('<model>', 'a llama2.c checkpoint (.bin, float32); or a GGUF, which becomes one')
    .option('--tokenizer <file>', "the checkpoint's tokenizer (.bin)")
    .requiredOption('--out <file>', 'the GGUF to write; or the checkpoint, its tokenizer beside it')
    .option('--name <name>', "the model's name; the checkpoint's file name unless given")
    .option('--chat-template <file>', 'a Jinja template; without one the model completes text')
    .option(
      '--temp <t>',
      'the temperature it is sampled at where nothing else is asked for',
      temperature,
    )
    .addOption(
      new Option(
        '--type <type>',
        'how matrices are stored: of a GGUF f32, f16 or q8_0; of a checkpoint f32 or int8',
      )
        .choices(['f32', 'f16', 'q8_0', 'int8'])
        .default('f32'),
    )
    .addHelpText(
      'after',
      `
Examples:
  zosia model convert stories260K.bin --tokenizer tok512.bin --out models/stories260K.gguf
  zosia model convert models/stories260K.gguf --out stories260K-int8.bin --type int8

Matrices with rows that are no whole number of q8_0's blocks of 32 weights become f16.`,
    )
    .action(async (model: string, { type, temp, tokenizer, ...options }: ConvertFlags) => {
      if (tokenizer === undefined && (await isGgufAt(model))) {
        if (type !== 'f32' && type !== 'int8') notOfCheckpoints(command, type);
        const { convertGguf } = await import('../../recipes/convert-gguf.js');
        const { name, chatTemplate, out } = options;
        if (name !== undefined || chatTemplate !== undefined || temp !== undefined) {
          command.error('error: a checkpoint has no name, chat template or temperature');
        }
        const written = await convertGguf({
          gguf: model,
          out,
          type: type === 'int8' ? 'int8' : 'float32',
          signal,
        });
        for (const { path, sizeBytes } of written) say(`wrote ${path} (${formatBytes(sizeBytes)})`);
        return;
      }
      if (tokenizer === undefined) {
        command.error("error: required option '--tokenizer <file>' not specified");
      }
      if (type === 'int8') command.error('error: a GGUF has f32, f16 or q8_0, and not int8');
      const { convertLlama2c } = await import('../../recipes/convert.js');
      const { sizeBytes, otherwiseStoredCount } = await convertLlama2c({
        checkpoint: model,
        tokenizer,
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

const notOfCheckpoints = (command: Command, type: string): never =>
  command.error(`error: a llama2.c checkpoint has f32 or int8, and not ${type}`);

/** Whether a file is there, and a GGUF; what is wrong with it otherwise is told by whoever opens it. */
async function isGgufAt(path: string): Promise<boolean> {
  const { isFile } = await import('../../host/host-file.js');
  if (!(await isFile(path))) return false;
  const [{ accessFile }, { isGguf }] = await Promise.all([
    import('../../host/access-file.js'),
    import('../../formats/gguf/layout.js'),
  ]);
  const file = await accessFile(path);
  try {
    return await isGguf(file);
  } finally {
    await file.close();
  }
}
