import { prebuiltProgram } from '../../artifacts/prebuilt.js';
import { ARCHITECTURES } from '../../artifacts/architectures.js';
import type { Architecture } from '../../artifacts/architectures.js';
import type { FatEntry } from '../../formats/fat/plan.js';
import { digestBytes } from '../../host/digest.js';
import { sha256 } from '../../image/sha256.js';
import { hostFileData } from '../../host/host-file.js';
import { checkDiskNames } from './disk-name.js';
import type { EfiGguf } from './gguf-model.js';
import { refuseGgufSettings } from './checkpoint-settings.js';
import { ggufDiskSettings } from './gguf-settings.js';
import type { GgufFile } from '../model.js';
import type { EfiFile, EfiModel } from './model.js';
import { formatSettings, SETTINGS_PATH } from '../../formats/llama2c/settings/file.js';
import { DEFAULT_EFI_SETTINGS, overrideSettings } from '../../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';

/** What firmware starts by itself from a disk (UEFI specification, "Removable Media Boot Behavior"). */
export const APPLICATION_PATHS: Readonly<Record<Architecture, string>> = {
  aarch64: '/EFI/BOOT/BOOTAA64.EFI',
  x86_64: '/EFI/BOOT/BOOTX64.EFI',
};

/** What an EFI disk is made of: files of its FAT volume, of the host's or of bytes, and partitions beside it. */
export type EfiDiskFile = EfiVolumeFile | EfiDiskPartition;

export type EfiVolumeFile =
  | { readonly diskPath: string; readonly file: EfiFile | GgufFile }
  | { readonly diskPath: string; readonly bytes: Uint8Array };

/** A partition that is a file of the host's. */
export interface EfiDiskPartition {
  /** Its name in the partition table. */
  readonly partition: string;
  readonly file: GgufFile;
}

/** A model that an EFI disk can have. */
export type EfiDiskModel = EfiModel | EfiGguf;

export const isEfiGguf = (model: EfiDiskModel): model is EfiGguf => 'parts' in model;

/** What an EFI disk holds beside its model. */
export interface EfiDiskContents {
  /** The machines it boots on: all unless given. */
  readonly archs?: readonly Architecture[] | undefined;
  /** What `llama2.cfg` says of everything but the names of the files; `hello` has none. */
  readonly settings?: EfiSettings | undefined;
}

/**
 * Reads what an EFI disk holds: for each architecture the application, and for a model its settings and its files,
 * which the settings name whatever they are given: a GGUF, or a checkpoint and its tokenizer. `hello` is a disk with
 * the smallest application and nothing else.
 *
 * @throws ZosiaError `ZOSIA_EFI_BAD_SETTING`, `ZOSIA_EFI_BAD_NAME`, `ZOSIA_GUEST_DAMAGED`
 */
export async function readEfiDiskFiles(
  subject: EfiDiskModel | 'hello',
  { archs = ARCHITECTURES, settings }: EfiDiskContents = {},
): Promise<EfiDiskFile[]> {
  const program = subject === 'hello' ? 'hello.efi' : 'llama2.efi';
  const files: EfiDiskFile[] = [];
  for (const arch of [...new Set(archs)].sort()) {
    const bytes = await prebuiltProgram(arch, program);
    files.push({ diskPath: APPLICATION_PATHS[arch], bytes });
  }
  if (subject === 'hello') return files;
  const { text, modelFiles } = isEfiGguf(subject)
    ? ggufFiles(subject, settings)
    : checkpointFiles(subject, settings);
  return [...files, { diskPath: SETTINGS_PATH, bytes: Buffer.from(text) }, ...modelFiles];
}

interface ModelContents {
  /** Of the settings. */
  readonly text: string;
  readonly modelFiles: readonly EfiDiskFile[];
}

function checkpointFiles(
  { checkpoint, tokenizer }: EfiModel,
  settings: EfiSettings | undefined,
): ModelContents {
  checkDiskNames([checkpoint.fileName, tokenizer.fileName]);
  refuseGgufSettings(settings ?? {});
  const text = formatSettings({
    ...overrideSettings(DEFAULT_EFI_SETTINGS, settings),
    model: checkpoint.fileName,
    tokenizer: tokenizer.fileName,
  });
  return { text, modelFiles: [checkpoint, tokenizer].map(inRoot) };
}

function ggufFiles(model: EfiGguf, settings: EfiSettings | undefined): ModelContents {
  const { parts, placement } = model;
  const text = formatSettings(ggufDiskSettings(model, settings));
  if (placement === 'partition') {
    const named = (index: number): string =>
      parts.length === 1 ? 'GGUF' : `GGUF ${index + 1} of ${parts.length}`;
    return { text, modelFiles: parts.map((file, index) => ({ partition: named(index), file })) };
  }
  checkDiskNames(
    parts.map(({ fileName }) => fileName),
    'gguf',
  );
  return { text, modelFiles: parts.map(inRoot) };
}

const inRoot = <T extends EfiFile | GgufFile>(file: T): { diskPath: string; file: T } => ({
  diskPath: `/${file.fileName}`,
  file,
});

export const isPartition = (file: EfiDiskFile): file is EfiDiskPartition => 'partition' in file;

export const isOnVolume = (file: EfiDiskFile): file is EfiVolumeFile => !isPartition(file);

/** A file as the FAT planner takes it. */
export function fatEntry(file: EfiVolumeFile): FatEntry {
  const data = 'bytes' in file ? file.bytes : hostFileData(file.file);
  return { type: 'file', path: file.diskPath, data };
}

/** What tells a disk from others with the same label: paths, sizes, and how the files start. */
export function efiDiskIdentity(files: readonly EfiDiskFile[]): Uint8Array {
  const facts = files.map((file) =>
    'bytes' in file
      ? [file.diskPath, file.bytes.length, digestBytes(file.bytes)]
      : [
          isPartition(file) ? file.partition : file.diskPath,
          file.file.sizeBytes,
          startDigest(file.file),
        ],
  );
  return Buffer.from(sha256(JSON.stringify(facts)), 'hex');
}

const startDigest = (file: EfiFile | GgufFile): string =>
  'headSha256' in file ? file.headSha256 : file.headerSha256;
