import { prebuiltProgram } from '../../artifacts/prebuilt.js';
import { ARCHITECTURES } from '../../artifacts/architectures.js';
import type { Architecture } from '../../artifacts/architectures.js';
import type { FatEntry } from '../../formats/fat/plan.js';
import { digestBytes } from '../../host/digest.js';
import { sha256 } from '../../image/sha256.js';
import { hostFileData } from '../../host/host-file.js';
import { checkDiskNames } from './disk-name.js';
import type { EfiFile, EfiModel } from './model.js';
import { formatSettings, SETTINGS_PATH } from '../../formats/llama2c/settings/file.js';
import { DEFAULT_EFI_SETTINGS, overrideSettings } from '../../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';

/** What firmware starts by itself from a disk (UEFI specification, "Removable Media Boot Behavior"). */
export const APPLICATION_PATHS: Readonly<Record<Architecture, string>> = {
  aarch64: '/EFI/BOOT/BOOTAA64.EFI',
  x86_64: '/EFI/BOOT/BOOTX64.EFI',
};

/** A file on an EFI disk: one of the host's, or bytes. */
export type EfiDiskFile =
  | { readonly diskPath: string; readonly file: EfiFile }
  | { readonly diskPath: string; readonly bytes: Uint8Array };

/** What an EFI disk holds beside its model. */
export interface EfiDiskContents {
  /** The machines it boots on: all unless given. */
  readonly archs?: readonly Architecture[] | undefined;
  /** What `llama2.cfg` says of everything but the names of the files; `hello` has none. */
  readonly settings?: EfiSettings | undefined;
}

/**
 * Reads what an EFI disk holds: for each architecture the application, and for a model its settings, the
 * checkpoint and the tokenizer, which the settings name whatever they are given. `hello` is a disk with the
 * smallest application and nothing else.
 *
 * @throws ZosiaError `ZOSIA_EFI_BAD_SETTING`, `ZOSIA_EFI_BAD_NAME`, `ZOSIA_GUEST_DAMAGED`
 */
export async function readEfiDiskFiles(
  subject: EfiModel | 'hello',
  { archs = ARCHITECTURES, settings }: EfiDiskContents = {},
): Promise<EfiDiskFile[]> {
  const program = subject === 'hello' ? 'hello.efi' : 'llama2.efi';
  const files: EfiDiskFile[] = [];
  for (const arch of [...new Set(archs)].sort()) {
    const bytes = await prebuiltProgram(arch, program);
    files.push({ diskPath: APPLICATION_PATHS[arch], bytes });
  }
  if (subject === 'hello') return files;
  const { checkpoint, tokenizer } = subject;
  checkDiskNames([checkpoint.fileName, tokenizer.fileName]);
  const text = formatSettings({
    ...overrideSettings(DEFAULT_EFI_SETTINGS, settings),
    model: checkpoint.fileName,
    tokenizer: tokenizer.fileName,
  });
  files.push({ diskPath: SETTINGS_PATH, bytes: Buffer.from(text) });
  for (const file of [checkpoint, tokenizer]) files.push({ diskPath: `/${file.fileName}`, file });
  return files;
}

/** A file as the FAT planner takes it. */
export function fatEntry(file: EfiDiskFile): FatEntry {
  const data = 'bytes' in file ? file.bytes : hostFileData(file.file);
  return { type: 'file', path: file.diskPath, data };
}

/** What tells a disk from others with the same label: paths, sizes, and how the files start. */
export function efiDiskIdentity(files: readonly EfiDiskFile[]): Uint8Array {
  const facts = files.map((file) =>
    'bytes' in file
      ? [file.diskPath, file.bytes.length, digestBytes(file.bytes)]
      : [file.diskPath, file.file.sizeBytes, file.file.headSha256],
  );
  return Buffer.from(sha256(JSON.stringify(facts)), 'hex');
}
