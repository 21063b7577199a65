import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { allowOutsideOption } from '../options/allow-outside.js';
import { IMAGE_HELP, partitionOption, withImage, withTree } from './options.js';
import type { ImageFlags } from './options.js';
import { printable, printableJson } from '../output/printable.js';
import { writePieces } from '../output/stdout.js';
import type { ListedFile } from '../../inspect/list.js';

interface Flags extends ImageFlags {
  long?: true | undefined;
  recursive?: true | undefined;
  json?: true | undefined;
}

export function defineLs(command: Command, { signal }: CliContext): void {
  command
    .argument('<image>', 'the image')
    .argument('[path]', 'a directory or file in it', '/')
    .option('-l, --long', 'with type, mode, links, owner, group, size, time (UTC) and target')
    .option('-R, --recursive', 'everything below, with paths from the root')
    .addOption(partitionOption())
    .addOption(allowOutsideOption())
    .option('--json', 'print the listing as JSON')
    .addHelpText(
      'after',
      `${IMAGE_HELP}

Names are bytes: \\xHH stands for one that cannot be printed, \\\\ for a backslash, here and in PATH.
In FAT, PATH may be in any case, and modes come from the read-only attribute alone.

Examples:
  zosia ls artifacts/model-disk/model.vmdk
  zosia ls -lR artifacts/x86_64/initramfs.cpio /usr/bin`,
    )
    .action(async (imagePath: string, path: string, flags: Flags) => {
      const { listFiles } = await import('../../inspect/list.js');
      await withImage(imagePath, flags, (image) =>
        withTree(image, async (tree) => {
          const files = listFiles(tree, path, flags.recursive ?? false);
          const pieces = flags.json ? jsonPieces(files) : lines(files, flags.long ?? false, signal);
          await writePieces(pieces);
        }),
      );
    });
}

async function* lines(
  files: AsyncIterable<ListedFile>,
  long: boolean,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  for await (const file of files) {
    signal.throwIfAborted();
    yield `${printable(long ? longLine(file) : file.path)}\n`;
  }
}

/** An array, one element a line, so that its size does not count. */
async function* jsonPieces(items: AsyncIterable<unknown>): AsyncGenerator<string, void, undefined> {
  let before = '[\n  ';
  for await (const item of items) {
    yield `${before}${printableJson(JSON.stringify(item))}`;
    before = ',\n  ';
  }
  yield before.startsWith('[') ? '[]\n' : '\n]\n';
}

const TYPE_LETTERS: Readonly<Record<ListedFile['type'], string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  'character-device': 'c',
  'block-device': 'b',
  fifo: 'p',
  socket: 's',
};

function longLine(file: ListedFile): string {
  const { path, type, mode, linkCount, uid, gid, sizeBytes, modified, target, device } = file;
  const size = device ? `${device.major}, ${device.minor}` : String(sizeBytes);
  return [
    TYPE_LETTERS[type] + permissionLetters(Number.parseInt(mode, 8)),
    String(linkCount).padStart(3),
    String(uid).padStart(5),
    String(gid).padStart(5),
    size.padStart(12),
    modified,
    target === undefined ? path : `${path} -> ${target}`,
  ].join(' ');
}

/** `rwxr-sr-t`, as ls(1) has it. */
function permissionLetters(mode: number): string {
  const triple = (shift: number, special: number, letter: string): string => {
    const bits = mode >> shift;
    const execute = (bits & 1) !== 0;
    const last = mode & special ? (execute ? letter : letter.toUpperCase()) : execute ? 'x' : '-';
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`;
  };
  return triple(6, 0o4000, 's') + triple(3, 0o2000, 's') + triple(0, 0o1000, 't');
}
