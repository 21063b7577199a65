import { Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { archOption, chosenArchitecture } from './options.js';
import { formatBytes, printJson, say, warn } from './output.js';
import { startProgress } from './progress.js';
import { defaultPlaces, modelDiskPath } from '../recipes/places.js';
import type { DiskFormat } from '../recipes/places.js';

export function addImageCommand(program: Command, context: CliContext): void {
  const image = program.command('image').description('write one image');
  addInitramfs(image, context);
  addModelDisk(image, context);
}

function addInitramfs(image: Command, { signal }: CliContext): void {
  image
    .command('initramfs')
    .description('the Linux guest: its kernel and its initramfs, from verified packages')
    .addOption(archOption())
    .option('--frozen', 'fail when a pinned version is gone, instead of using a newer one')
    .option('--offline', 'use the cache alone')
    .option('--json', 'print what was written as JSON')
    .action(async (options: { arch?: string; frozen?: true; offline?: true; json?: true }) => {
      const { linuxGuest } = await import('../recipes/linux-guest.js');
      const progress = startProgress();
      try {
        const guest = await linuxGuest({
          arch: chosenArchitecture(options.arch),
          places: defaultPlaces(),
          frozen: options.frozen ?? false,
          offline: options.offline ?? false,
          signal,
          warn,
          log: say,
          onProgress: ({ name, receivedBytes, sizeBytes }) => {
            progress.update(name, receivedBytes, sizeBytes);
          },
        });
        progress.stop();
        if (options.json) printJson(guest);
        else say(`${guest.built ? 'wrote' : 'up to date:'} ${guest.kernel}, ${guest.initramfs}`);
      } finally {
        progress.stop();
      }
    });
}

function addModelDisk(image: Command, { signal }: CliContext): void {
  image
    .command('model')
    .description('an ext4 disk with a model on it, as /model.gguf')
    .argument('<model>', 'a GGUF file, or the name of one in models/')
    .addOption(
      new Option('--format <format>', 'raw copies the model; vmdk refers to it where it lies')
        .choices(['raw', 'vmdk'])
        .default('raw'),
    )
    .option('--out <file>', 'where to write it; artifacts/model-disk/ unless given')
    .option('--json', 'print what was written as JSON')
    .action(async (name: string, options: { format: DiskFormat; out?: string; json?: true }) => {
      const [{ openModel }, { writeModelDisk }] = await Promise.all([
        import('../recipes/model.js'),
        import('../recipes/model-disk.js'),
      ]);
      const places = defaultPlaces();
      const { format, out = modelDiskPath(places, format) } = options;
      const model = await openModel(name, places.modelsDir);
      const progress = startProgress();
      try {
        const { sizeBytes } = await writeModelDisk(model, {
          format,
          out,
          signal,
          onProgress: (done, total) => {
            progress.update(out, done, total);
          },
        });
        progress.stop();
        if (options.json) printJson({ path: out, format, sizeBytes });
        else say(`wrote ${out} (${formatBytes(sizeBytes)}, ${format})`);
      } finally {
        progress.stop();
      }
    });
}
