import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { counted, formatBytes, printJson, say, warn } from '../output/output.js';
import { allowOutsideOption } from '../options/allow-outside.js';
import { IMAGE_HELP, filesOf, partitionOption, withImage, withTree } from './options.js';
import type { ImageFlags } from './options.js';
import type { ImageTree } from '../../inspect/node.js';
import { startProgress } from '../output/progress.js';

interface Flags extends ImageFlags {
  out: string;
  force?: true | undefined;
  json?: true | undefined;
}

/** Skipped files that are named; of more only the number is given. */
const NAMED_SKIPPED = 10;

export function defineExtract(command: Command, { signal }: CliContext): void {
  command
    .argument('<image>', 'the image')
    .argument('[path]', 'a file, or a directory whose contents are meant', '/')
    .requiredOption('--out <folder>', 'the folder to put them into, made if need be')
    .option('--force', 'replace files that are in the way; folders never are')
    .addOption(partitionOption())
    .addOption(allowOutsideOption())
    .option('--json', 'print what was extracted as JSON')
    .addHelpText(
      'after',
      `${IMAGE_HELP}

Nothing is written outside of the folder, whatever the names and symlinks in the image. Each file is
written whole or not at all, and holes stay holes. Devices, FIFOs, sockets and what is encrypted are left
out; so are owners and, of modes, what concerns set-user-id, set-group-id and sticky bits.

Examples:
  zosia extract artifacts/model-disk/model.vmdk /model.gguf --out .
  zosia extract artifacts/x86_64/initramfs.cpio --out guest`,
    )
    .action(async (imagePath: string, path: string, flags: Flags) => {
      const { extractFiles } = await import('../../inspect/extract.js');
      const extract = async (tree: ImageTree, keep: readonly string[]): Promise<void> => {
        const progress = startProgress();
        try {
          const summary = await extractFiles(tree, {
            path,
            out: flags.out,
            force: flags.force ?? false,
            keep,
            signal,
            onProgress: (doneBytes, totalBytes) => {
              progress.update(flags.out, doneBytes, totalBytes);
            },
          });
          progress.stop();
          if (flags.json) printJson(summary);
          for (const { path: skipped, type } of summary.skipped.slice(0, NAMED_SKIPPED)) {
            warn(`left out ${skipped}, ${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`);
          }
          const more = summary.skipped.length - NAMED_SKIPPED;
          if (more > 0) warn(`left out ${more} more files that cannot be copied`);
          say(
            `extracted ${counted(summary.fileCount, 'file')} (${formatBytes(summary.dataBytes)}), ` +
              `${counted(summary.directoryCount, 'folder')}, ` +
              `${counted(summary.symlinkCount, 'symlink')} and ` +
              `${counted(summary.hardLinkCount, 'hard link')} into ${summary.out}`,
          );
        } finally {
          progress.stop();
        }
      };
      await withImage(imagePath, flags, async (image) => {
        const keep = await filesOf(image);
        await withTree(image, (tree) => extract(tree, keep));
      });
    });
}
