import { Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { counted, EXIT, formatBytes, print, printJson, say } from '../output/output.js';
import { allowOutsideOption } from '../options/allow-outside.js';
import { addMirrorOption, withFetchSettings } from '../options/fetch.js';
import type { FetchFlags } from '../options/fetch.js';
import { requireOneOf } from '../options/machine.js';
import { partitionOption, withImage } from './options.js';
import type { ImageFlags } from './options.js';
import type { CpioSummary } from '../../formats/cpio/check/checker.js';
import type { Ext4Summary } from '../../formats/ext4/check/checker.js';
import type { FatSummary } from '../../formats/fat/check/checker.js';
import type { ProvenanceReport } from '../../provenance/provenance-report.js';
import type { VerifiedModel } from '../../inspect/models/model.js';
import type { Verification, VerifiedContent } from '../../inspect/verify.js';

interface Flags extends ImageFlags, Pick<FetchFlags, 'offline' | 'mirror'> {
  full?: true | undefined;
  provenance?: true | undefined;
  json?: true | undefined;
}

export function defineVerify(command: Command, context: CliContext): void {
  const { signal, result } = context;
  command
    .argument(
      '<image>',
      'a FAT, ext2, ext3 or ext4 image: raw, VMDK, or a partition of either; or an initramfs',
    )
    .addOption(partitionOption())
    .addOption(allowOutsideOption())
    .option('--full', 'compare the contents of all files, however large, with the second reader')
    .addOption(
      new Option(
        '--provenance',
        'compare it with its manifest, and with the packages and programs it is made of',
      ).conflicts(['full', 'partition']),
    )
    .option('--offline', 'with --provenance: use the cache alone')
    .option('--json', 'print what was found as JSON');
  addMirrorOption(command)
    .addHelpText(
      'after',
      `
Three checks: of every checksum, reference and count in the structure; that another program, which shares
no code with zosia, reads the same names, modes, sizes and contents (of ext4 libext2fs, of an initramfs
cpio-stream); and that models are whole: *.gguf, and in FAT the checkpoint and tokenizer that llama2.cfg
names. In an initramfs a problem is what the kernel stops at, leaves out, or makes into something else;
what is odd and unpacked all the same is a warning. Each problem is printed as CODE, where, and what is
wrong. Of a disk with several file systems each is checked, unless --partition names one.

--provenance makes other checks, of what zosia has written: each file of an initramfs against the packages of
the lock, which are fetched where the cache lacks them; kernels and programs against those that come with
zosia; models, all of their bytes, against the sha256 in the
manifest, and where that has one of their headers alone it is said; and the image against its own. What has no known origin is
a problem, and so are a base and llama.cpp out of a folder, which the manifest alone tells of. Models and what was
added to a disk are named as yours: the manifest alone has their sha256.

Exit status: 0 clean, 1 problems found.

Examples:
  zosia verify artifacts/model-disk/model.vmdk
  zosia verify disk.img --partition 2 --full
  zosia verify artifacts/x86_64/initramfs.cpio
  zosia verify artifacts/x86_64/initramfs.cpio --provenance`,
    )
    .action(async (path: string, flags: Flags) => {
      requireOneOf(command, '--offline', ['--provenance']);
      if (flags.provenance) {
        const report = await reportProvenance(path, flags, context);
        if (report.problemCount > 0) result.exitStatus = EXIT.failed;
        return;
      }
      const { verifyImage } = await import('../../inspect/verify.js');
      await withImage(path, flags, async (image) => {
        const verification = await verifyImage(image, { full: flags.full ?? false, signal });
        if (flags.json) printJson(verification);
        else printVerification(verification);
        if (verification.problemCount > 0) result.exitStatus = EXIT.failed;
      });
    });
}

async function reportProvenance(
  path: string,
  { json, allowOutside, offline, mirror }: Flags,
  context: CliContext,
): Promise<ProvenanceReport> {
  const { verifyProvenance } = await import('../../provenance/verify-provenance.js');
  const report = await withFetchSettings({ offline, mirror }, context, (settings) =>
    verifyProvenance(path, { ...settings, allowOutside }),
  );
  if (json) printJson(report);
  else printProvenance(report);
  return report;
}

function printProvenance(report: ProvenanceReport): void {
  const { path, problems, problemCount, unknown, manifestOnly, yours, guest } = report;
  for (const { code, where, message } of problems) print(`${code}: ${where}: ${message}`);
  const undescribed = problemCount - problems.length;
  if (undescribed > 0) print(`... and ${undescribed} more`);
  const list = (paths: readonly string[]): string => (paths.length > 0 ? paths.join(', ') : 'none');
  print(`known:    ${counted(report.fileCount, 'file')}, ${formatBytes(report.comparedBytes)}`);
  print(`unknown:  ${list(unknown)}`);
  if (yours.length > 0) print(`yours:    ${list(yours)}`);
  if (manifestOnly.length > 0) print(`manifest: nothing else tells of ${list(manifestOnly)}`);
  if (guest?.base !== undefined) print(`base:     one of yours, sha256 ${guest.base}`);
  if (guest?.init === 'base') print('init:     that of the base, not of zosia');
  if (guest?.llama === 'own') print('llama:    out of a folder of yours, not out of packages');
  for (const { message } of report.notCompared) print(`partly:   ${message}`);
  for (const note of report.notes) say(`note: ${note}`);
  const clean =
    report.notCompared.length === 0
      ? 'as its manifest says'
      : 'as its manifest says, but for weights that were not compared';
  print(`${path}: ${problemCount === 0 ? clean : counted(problemCount, 'problem')}`);
}

function printVerification(verification: Verification): void {
  const { path, problems, problemCount, warnings, notes } = verification;
  for (const { code, where, message } of problems) print(`${code}: ${where}: ${message}`);
  const undescribed = problemCount - problems.length;
  if (undescribed > 0) print(`... and ${undescribed} more`);
  for (const { code, where, message } of warnings) print(`warning: ${code}: ${where}: ${message}`);
  if (verification.kind === 'partitions') {
    for (const partition of verification.partitions) {
      print(`partition ${partition.number}:`);
      printContent(partition);
    }
  } else printContent(verification);
  printModels(verification.partitionModels);
  for (const note of notes) say(`note: ${note}`);
  print(`${path}: ${problemCount === 0 ? 'clean' : counted(problemCount, 'problem')}`);
}

function printContent(verified: VerifiedContent): void {
  const structure = structureText(verified);
  if (structure !== undefined) print(`structure:     ${structure}`);
  const secondReader = secondReaderText(verified);
  if (secondReader !== undefined) print(`second reader: ${secondReader}`);
  printModels(verified.models);
}

function printModels(models: readonly VerifiedModel[]): void {
  for (const { path: model, sizeBytes, tensorCount, tokenizer } of models) {
    const own = tokenizer ? `; ${tokenizer.path} has its ${tokenizer.tokenCount} tokens` : '';
    print(
      `model:         ${model}, ${formatBytes(sizeBytes)}, ${tensorCount} tensors, whole${own}`,
    );
  }
}

function secondReaderText(verification: VerifiedContent): string | undefined {
  if (verification.kind === 'fat' || !verification.secondReader) return undefined;
  const size = formatBytes(verification.secondReader.comparedBytes);
  if (verification.kind === 'cpio') {
    return `${counted(verification.secondReader.memberCount, 'member')} read the same, ${size}`;
  }
  const { nameCount, wholeFileCount } = verification.secondReader;
  const files = counted(wholeFileCount, 'whole file');
  return `${counted(nameCount, 'name')} and ${files} read the same, ${size}`;
}

function structureText(verification: VerifiedContent): string | undefined {
  if (!verification.structure) return undefined;
  const { fileCount, directoryCount } = verification.structure;
  const files = `${counted(fileCount, 'file')}, ${counted(directoryCount, 'directory')}`;
  if (verification.kind === 'fat') return `${files}, ${clustersText(verification.structure)}`;
  if (verification.kind === 'cpio') return `${files}, ${archivesText(verification.structure)}`;
  return `${files}, ${blocksText(verification.structure)}`;
}

function archivesText(structure: CpioSummary): string {
  const { symlinkCount, specialFileCount, memberCount, archiveCount, unpackedBytes } = structure;
  return (
    `${counted(symlinkCount, 'symlink')}, ${counted(specialFileCount, 'special file')}, ` +
    `${counted(memberCount, 'member')} in ${counted(archiveCount, 'archive')}, ${formatBytes(unpackedBytes)}`
  );
}

function clustersText({ usedClusterCount, clusterCount }: FatSummary): string {
  return `${usedClusterCount} of ${clusterCount} clusters in use`;
}

function blocksText(structure: Ext4Summary): string {
  const { symlinkCount, specialFileCount, usedBlockCount, blockCount, hasChecksums } = structure;
  return (
    `${counted(symlinkCount, 'symlink')}, ${counted(specialFileCount, 'special file')}, ` +
    `${usedBlockCount} of ${blockCount} blocks in use${hasChecksums ? '' : '; it has no checksums'}`
  );
}
