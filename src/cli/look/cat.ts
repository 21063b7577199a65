import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { allowOutsideOption } from '../options/allow-outside.js';
import { IMAGE_HELP, partitionOption, withImage, withTree } from './options.js';
import type { ImageFlags } from './options.js';
import { writeStdout } from '../output/stdout.js';

const CHUNK_BYTES = 1 << 20;

export function defineCat(command: Command, { signal }: CliContext): void {
  command
    .argument('<image>', 'the image')
    .argument('<path>', 'the file in it; symlinks are followed, within the image')
    .addOption(partitionOption())
    .addOption(allowOutsideOption())
    .addHelpText(
      'after',
      `${IMAGE_HELP}

Examples:
  zosia cat artifacts/x86_64/initramfs.cpio /etc/zosia/modules
  zosia cat artifacts/model-disk/model.vmdk /model.gguf | sha256sum`,
    )
    .action(async (imagePath: string, path: string, flags: ImageFlags) => {
      const { openFile } = await import('../../inspect/open-file.js');
      await withImage(imagePath, flags, (image) =>
        withTree(image, async (tree) => {
          const content = await openFile(tree, path);
          for (let offset = 0; offset < content.sizeBytes; offset += CHUNK_BYTES) {
            signal.throwIfAborted();
            const length = Math.min(CHUNK_BYTES, content.sizeBytes - offset);
            await writeStdout(await content.read(offset, length));
          }
        }),
      );
    });
}
