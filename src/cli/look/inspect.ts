import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { counted, EXIT, formatBytes, pluralOf, printJson, say } from '../output/output.js';
import { allowOutsideOption } from '../options/allow-outside.js';
import { IMAGE_HELP, filesOf, partitionOption, withImage } from './options.js';
import type { ImageFlags } from './options.js';
import { printable } from '../output/printable.js';
import { writeStdout } from '../output/stdout.js';
import type { CpioDescription } from '../../inspect/cpio/describe.js';
import type { Ext4Description } from '../../inspect/ext4/describe.js';
import type { FatDescription } from '../../inspect/fat/describe.js';
import type { DescribedGguf, DescribedPartition, Inspection } from '../../inspect/inspect.js';
import type { OpenImage } from '../../inspect/open-image.js';

interface Flags extends ImageFlags {
  all?: true | undefined;
  html?: string | undefined;
  json?: true | undefined;
}

/** Lines of the map that are printed unless all are asked for. */
const USUAL_MAP_LINES = 100;

export function defineInspect(command: Command, { signal, result }: CliContext): void {
  command
    .argument('<image>', 'the image')
    .addOption(partitionOption())
    .addOption(allowOutsideOption())
    .option('--all', `print the whole map, however long; else its first ${USUAL_MAP_LINES} lines`)
    .option(
      '--html <file>',
      'also write a page that draws the map; a browser opens it without a network',
    )
    .option('--json', 'print everything as JSON, the whole map with it')
    .addHelpText(
      'after',
      `${IMAGE_HELP}

Offsets and lengths are in bytes; those of the map count from the start of the file system.

The page of --html draws the whole image to scale: partitions, file systems, groups, files, tensors of
models, members of archives, and the files of the host that the bytes are in. It has a search, a zoom and
keys for everything, and loads nothing.

Examples:
  zosia inspect artifacts/model-disk/model.vmdk
  zosia inspect disk.img --partition 2 --json
  zosia inspect artifacts/x86_64/initramfs.cpio --html map.html`,
    )
    .action(async (path: string, flags: Flags) => {
      const { inspectImage } = await import('../../inspect/inspect.js');
      const { html } = flags;
      await withImage(path, flags, async (image) => {
        if (html !== undefined) await refuseToReplace(image, html);
        const inspection = await inspectImage(image, signal);
        if (flags.json) printJson(inspection);
        else {
          const lines = [...describe(inspection), ...mapLines(inspection, flags.all ?? false)];
          await writeStdout(`${lines.map(printable).join('\n')}\n`);
        }
        if (html !== undefined) {
          const { writeMapPage } = await import('../../inspect/write-map.js');
          await writeMapPage(image, html, signal);
          say(`wrote ${html}`);
        }
        if (inspection.cpio?.damage) result.exitStatus = EXIT.failed;
      });
    });
}

/** A page never takes the place of the image, or of a file that the image is made of. */
async function refuseToReplace(image: OpenImage, html: string): Promise<void> {
  const { refuseOverwriting } = await import('../../recipes/refuse-overwriting.js');
  await refuseOverwriting(await filesOf(image), [html]);
}

type Row = readonly [string, string];

const size = (bytes: number): string =>
  bytes < 1024 ? `${bytes} bytes` : `${formatBytes(bytes)} (${bytes} bytes)`;

function describe(inspection: Inspection): string[] {
  const { container, sizeBytes, allocatedBytes, extents, table, ext4, fat, cpio } = inspection;
  const place = table?.chosen === undefined ? '' : ` in partition ${table.chosen}`;
  const rows: Row[] = [
    [
      'kind',
      `${kindOf(inspection)}${place}${container === 'vmdk' ? ', behind a VMDK descriptor' : ''}`,
    ],
    ['size', size(sizeBytes)],
    ['on the host', size(allocatedBytes)],
  ];
  if (ext4) rows.push(...ext4Rows(ext4));
  if (fat) rows.push(...fatRows(fat, inspection));
  if (cpio) {
    rows.push(
      ['unpacked', size(cpio.unpackedBytes)],
      ['archives', String(cpio.archiveCount)],
      ['members', String(cpio.memberCount)],
      ['files', `${cpio.counts.file ?? 0}, ${size(cpio.fileBytes)}`],
      ...Object.entries(cpio.counts)
        .filter(([type]) => type !== 'file')
        .map(([type, count]): Row => [pluralOf(type), String(count)]),
    );
  }
  for (const { where, message } of inspection.problems) {
    rows.push(['model', `${where}: ${message}`]);
  }
  const lines = rows.map(([name, value]) => `${name.padEnd(18)}${value}`);
  if (cpio) lines.push(...cpioLines(cpio));
  if (table) {
    lines.push('', `${schemeName(table)} ${table.diskId}`);
    for (const partition of table.partitions) {
      const { number, offset, sizeBytes: length, type, name } = partition;
      const holds = contentOf(partition);
      const text = `partition ${number}  ${holds}  ${type}  ${name}`;
      lines.push(`${columns(offset, length)}  ${text}`.trimEnd());
      if (partition.gguf)
        lines.push(`${' '.repeat(columns(0, 0).length)}  ${ggufText(partition.gguf)}`);
    }
    for (const { where, message } of [...table.problems, ...table.warnings])
      lines.push(`${where}: ${message}`);
    if (table.problem !== undefined) lines.push(table.problem);
  }
  if (extents.length > 0) {
    lines.push('', `${header()}  extent`);
    for (const { offset, length, path, fileOffset } of extents) {
      lines.push(`${columns(offset, length)}  ${path} from ${fileOffset}`);
    }
  }
  return lines;
}

function contentOf({ fileSystem, isGguf }: DescribedPartition): string {
  if (isGguf) return 'GGUF';
  return fileSystem === 'fat' ? 'FAT' : (fileSystem ?? '-');
}

function ggufText(gguf: DescribedGguf): string {
  if ('problem' in gguf) return `model: ${gguf.problem}`;
  const { name, architecture, quantisation, tensorCount, splitCount = 1 } = gguf;
  const facts = [name, architecture, quantisation].filter((fact) => fact !== undefined);
  const part = splitCount > 1 ? [`one of ${splitCount} parts`] : [];
  return `model: ${[...facts.map(printable), counted(tensorCount, 'tensor'), ...part].join(', ')}`;
}

function kindOf({ ext4, fat, cpio, table }: Inspection): string {
  if (ext4) return ext4.flavour;
  if (fat) return fat.type;
  if (cpio) return cpioKind(cpio);
  return table ? `disk with ${table.scheme === 'gpt' ? 'a' : 'an'} ${schemeName(table)}` : '';
}

function cpioKind({ parts }: CpioDescription): string {
  const methods = [...new Set(parts.map(({ compression }) => compression ?? ''))];
  const packed = methods.filter((method) => method !== '');
  if (packed.length === 0) return 'cpio (newc)';
  if (methods.join() === 'gzip') return 'cpio (newc), gzipped';
  const how = `packed with ${packed.join(' and ')}`;
  return `cpio (newc), ${packed.length < methods.length ? 'partly ' : ''}${how}`;
}

function cpioLines({ parts, skipped, skippedCount, damage }: CpioDescription): string[] {
  const lines = ['', `${header()}  part`];
  for (const { offset, length, compression, unpackedBytes } of parts) {
    const what = compression === undefined ? 'cpio' : `${compression}, ${unpackedBytes} unpacked`;
    lines.push(`${columns(offset, length)}  ${what}`);
  }
  for (const { code, where, message } of skipped) {
    lines.push(`left out by the kernel: ${code}: ${where}: ${message}`);
  }
  const more = skippedCount - skipped.length;
  if (more > 0) lines.push(`left out by the kernel: ${more} more`);
  if (damage) lines.push(`here the kernel stops: ${damage.message}`);
  return lines;
}

function schemeName({ scheme }: NonNullable<Inspection['table']>): string {
  return scheme.toUpperCase();
}

function fatRows(fat: FatDescription, { table }: Inspection): Row[] {
  const bad = fat.badClusterCount > 0 ? `, ${fat.badClusterCount} bad` : '';
  const chosen = table?.partitions.find(({ number }) => number === table.chosen);
  const copies = fat.backupSector === undefined ? 'none' : `in sector ${fat.backupSector}`;
  return [
    ['label', fat.label === '' ? 'none' : fat.label],
    ['volume ID', fat.volumeId ?? 'none'],
    ['OEM name', fat.oemName],
    ['state', fat.state],
    [
      'clusters',
      `${fat.clusterCount} of ${fat.clusterSizeBytes} bytes, ${fat.freeClusterCount} free${bad}`,
    ],
    ['FATs', `${fat.fatCount} of ${fat.fatSizeBytes} bytes`],
    [
      'root directory',
      fat.rootEntryCount === undefined ? 'in clusters' : `${fat.rootEntryCount} entries`,
    ],
    ['boot sector copy', copies],
    ...(chosen ? [['EFI system', chosen.isEfiSystem ? 'yes' : 'no'] as const] : []),
    ['boot programs', fat.bootPrograms.join(', ') || 'none'],
  ];
}

function ext4Rows(ext4: Ext4Description): Row[] {
  const { groups, blockSizeBytes } = ext4;
  const journal = ext4.needsRecovery ? 'yes; it is to be replayed' : 'yes';
  return [
    ['label', ext4.label === '' ? 'none' : ext4.label],
    ['UUID', ext4.uuid],
    ['state', ext4.state],
    ['features', ext4.features.join(' ')],
    ['blocks', `${ext4.blockCount} of ${blockSizeBytes} bytes, ${ext4.freeBlockCount} free`],
    ['reserved', `${ext4.reservedBlockCount} blocks`],
    ['inodes', `${ext4.inodeCount} of ${ext4.inodeSizeBytes} bytes, ${ext4.freeInodeCount} free`],
    ['journal', ext4.hasJournal ? journal : 'no'],
    ['checksums', ext4.hasChecksums ? 'yes (crc32c)' : 'no'],
    [
      'groups',
      `${groups.count} of ${groups.blocksPerGroup} blocks and ${groups.inodesPerGroup} inodes, ` +
        `${groups.fullCount} without a free block`,
    ],
    ['flexible groups', groups.groupsPerFlex > 1 ? `of ${groups.groupsPerFlex}` : 'no'],
    [
      'backups',
      groups.backups.length === 0 ? 'none' : `in the groups ${groups.backups.join(', ')}`,
    ],
  ];
}

function* mapLines({ ext4, fat }: Inspection, all: boolean): Generator<string> {
  const map = (ext4 ?? fat)?.map;
  if (!map) return;
  const shown = all ? map : map.slice(0, USUAL_MAP_LINES);
  yield '';
  yield `${header()}  what`;
  for (const { offset, length, what, path } of shown) {
    yield `${columns(offset, length)}  ${path === undefined ? what : `${what} ${path}`}`;
  }
  const rest = map.length - shown.length;
  if (rest > 0) yield `... and ${rest} more lines: --all prints them`;
}

const COLUMN = 15;
const header = (): string => `${'offset'.padStart(COLUMN)} ${'length'.padStart(COLUMN)}`;
const columns = (offset: number, length: number): string =>
  `${String(offset).padStart(COLUMN)} ${String(length).padStart(COLUMN)}`;
