import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { counted } from './counted.js';
import { partitionOption, withImage } from './image-options.js';
import type { ImageFlags } from './image-options.js';
import { EXIT, formatBytes, print, printJson, say } from './output.js';
import type { Verification } from '../inspect/verify.js';

interface Flags extends ImageFlags {
  full?: true;
  json?: true;
}

export function addVerifyCommand(program: Command, { signal, result }: CliContext): void {
  program
    .command('verify')
    .description('check everything in an ext4 image')
    .argument('<image>', 'an ext2, ext3 or ext4 image: raw, VMDK, or a partition of either')
    .addOption(partitionOption())
    .option('--full', 'compare the contents of all files, however large, with the second reader')
    .option('--json', 'print what was found as JSON')
    .addHelpText(
      'after',
      `
Three checks: of every checksum, reference and count in the structure; that libext2fs, which shares no
code with zosia, reads the same names, modes, sizes and contents; and that models (*.gguf) are whole.
Each problem is printed as CODE, where, and what is wrong. Exit status: 0 clean, 1 problems found.

Examples:
  zosia verify artifacts/model-disk/model.vmdk
  zosia verify disk.img --partition 2 --full`,
    )
    .action(async (path: string, flags: Flags) => {
      const { verifyImage } = await import('../inspect/verify.js');
      await withImage(path, flags, async (image) => {
        const verification = await verifyImage(image, { full: flags.full ?? false, signal });
        if (flags.json) printJson(verification);
        else printVerification(verification);
        if (verification.problemCount > 0) result.exitStatus = EXIT.failed;
      });
    });
}

function printVerification(verification: Verification): void {
  const { path, problems, problemCount, notes, structure, secondReader, models } = verification;
  for (const { code, where, message } of problems) print(`${code}: ${where}: ${message}`);
  const undescribed = problemCount - problems.length;
  if (undescribed > 0) print(`... and ${undescribed} more`);
  if (structure) {
    const { fileCount, directoryCount, symlinkCount, specialFileCount } = structure;
    print(
      `structure:     ${counted(fileCount, 'file')}, ${counted(directoryCount, 'directory')}, ` +
        `${counted(symlinkCount, 'symlink')}, ${counted(specialFileCount, 'special file')}, ` +
        `${structure.usedBlockCount} of ${structure.blockCount} blocks in use` +
        (structure.hasChecksums ? '' : '; it has no checksums'),
    );
  }
  if (secondReader) {
    const { nameCount, wholeFileCount, comparedBytes } = secondReader;
    print(
      `second reader: ${counted(nameCount, 'name')} and ${counted(wholeFileCount, 'whole file')} ` +
        `read the same, ${formatBytes(comparedBytes)}`,
    );
  }
  for (const { path: model, sizeBytes, tensorCount } of models) {
    print(`model:         ${model}, ${formatBytes(sizeBytes)}, ${tensorCount} tensors, whole`);
  }
  for (const note of notes) say(`note: ${note}`);
  print(`${path}: ${problemCount === 0 ? 'clean' : counted(problemCount, 'problem')}`);
}
