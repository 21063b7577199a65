import { basename, resolve } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { readCheckpoint } from '../../formats/llama2c/checkpoint.js';
import type { Checkpoint, CheckpointConfig } from '../../formats/llama2c/checkpoint.js';
import { readTokenizer } from '../../formats/llama2c/tokenizer.js';
import { digestBytes } from '../../host/digest.js';
import { accessFile } from '../../host/access-file.js';
import type { RandomAccess } from '../../image/random-access.js';
import type { OpenFile } from '../../host/access-file.js';
import type { HostFile } from '../../host/host-file.js';
import { MIB } from '../../image/units.js';
import { digestIfUnchanged } from '../known-digest.js';
import type { KnownDigest } from '../known-digest.js';
import { refuseGguf } from '../refuse-gguf.js';
import { checkDiskNames } from './disk-name.js';
import { efiMemoryBytes, textSizes } from './memory.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';

/** A file that goes into the root of an EFI disk. */
export interface EfiFile extends HostFile {
  /** Its name, on the host as on the disk. */
  readonly fileName: string;
  /**
   * sha256 of its first {@link HEAD_BYTES}. Of a checkpoint that is more than the header, which all
   * checkpoints of one shape have in common.
   */
  readonly headSha256: string;
  /** Of the whole file, where it is known without reading all of it, or it is short. */
  readonly sha256?: string | undefined;
}

/** What is known of the files before they are opened. */
export interface KnownCheckpointDigests {
  readonly checkpoint?: KnownDigest | undefined;
  readonly tokenizer?: KnownDigest | undefined;
}

/** A llama2.c checkpoint and its tokenizer, checked against each other. */
export interface EfiModel {
  /** As the application names it: the checkpoint's file name without its extension. */
  readonly name: string;
  readonly checkpoint: EfiFile;
  readonly tokenizer: EfiFile;
  readonly config: CheckpointConfig;
  /** Of the checkpoint's format; 2 is int8. */
  readonly version: Checkpoint['version'];
  /** What the application allocates to run it; see {@link efiMemoryBytes}. */
  readonly memoryBytes: number;
}

const HEAD_BYTES = 65_536;

/** The longest file that FAT can hold. */
export const MAX_FAT_FILE_BYTES = 2 ** 32 - 1;

/**
 * Opens a llama2.c checkpoint of any version, and the tokenizer that goes with it.
 *
 * @param settings what the application is to be asked, as far as memory depends on it
 * @param fileNames what the files are called on the disk, where their paths do not end in it
 * @param known digests that the files have unless they have changed
 * @throws ZosiaError `ZOSIA_CHECKPOINT_IS_GGUF`, `ZOSIA_EFI_MODEL_TOO_LARGE`, `ZOSIA_EFI_BAD_NAME`; as
 * `readCheckpoint`, `readTokenizer` and `accessFile`
 */
export async function readEfiModel(
  checkpointPath: string,
  tokenizerPath: string,
  settings: Pick<EfiSettings, 'prompt' | 'template'> = {},
  fileNames: { readonly checkpoint: string; readonly tokenizer: string } = {
    checkpoint: basename(checkpointPath),
    tokenizer: basename(tokenizerPath),
  },
  known: KnownCheckpointDigests = {},
): Promise<EfiModel> {
  const checkpointFile = await accessFile(checkpointPath);
  try {
    await refuseGguf(checkpointFile, checkpointPath);
    const checkpoint = await readCheckpoint(checkpointFile, checkpointPath);
    refuseTooLarge(checkpointFile, checkpointPath);
    const tokenizerFile = await accessFile(tokenizerPath);
    try {
      await readTokenizer(tokenizerFile, checkpoint.config.vocabularySize, tokenizerPath);
      const files = {
        checkpoint: await describe(
          checkpointFile,
          checkpointPath,
          fileNames.checkpoint,
          known.checkpoint,
        ),
        tokenizer: await describe(
          tokenizerFile,
          tokenizerPath,
          fileNames.tokenizer,
          known.tokenizer,
        ),
      };
      checkDiskNames([files.checkpoint.fileName, files.tokenizer.fileName]);
      const { config, version } = checkpoint;
      const memoryBytes = efiMemoryBytes({
        checkpoint,
        tokenizerBytes: tokenizerFile.sizeBytes,
        ...textSizes(settings),
      });
      return { name: modelName(fileNames.checkpoint), ...files, config, version, memoryBytes };
    } finally {
      await tokenizerFile.close();
    }
  } finally {
    await checkpointFile.close();
  }
}

/** What the application calls the model of a checkpoint (guest/efi/app/main.c, print_banner). */
export function modelName(path: string): string {
  return basename(path).replace(/(?<=.)\.[^.]*$/s, '');
}

async function describe(
  file: OpenFile,
  path: string,
  fileName: string,
  known: KnownDigest | undefined,
): Promise<EfiFile> {
  const head = await file.read(0, Math.min(HEAD_BYTES, file.sizeBytes));
  return {
    path: resolve(path),
    ...file.stamp,
    fileName,
    headSha256: digestBytes(head),
    sha256: (await shortDigest(file)) ?? digestIfUnchanged(known, file.stamp),
  };
}

/** Files that cost nothing to read are always hashed. */
async function shortDigest(file: OpenFile): Promise<string | undefined> {
  return file.sizeBytes <= MIB ? digestBytes(await file.read(0, file.sizeBytes)) : undefined;
}

function refuseTooLarge({ sizeBytes }: RandomAccess, path: string): void {
  if (sizeBytes <= MAX_FAT_FILE_BYTES) return;
  throw new ZosiaError(
    'ZOSIA_EFI_MODEL_TOO_LARGE',
    `${path} has ${sizeBytes} bytes, and firmware reads FAT, whose files have ${MAX_FAT_FILE_BYTES} at most`,
    {
      hint:
        'Export the model as int8, which takes a quarter (export.py --version 2), ' +
        'or run it in the Linux guest: zosia model convert, then zosia up.',
    },
  );
}
