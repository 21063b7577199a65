import { stat } from 'node:fs/promises';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { isVmdkDescriptor } from '../../formats/vmdk/reader.js';
import { accessFile } from '../../host/access-file.js';
import type { MachineDisk } from './host-spec.js';

/** A file that a machine is made from. */
export interface MachineFile {
  /** What it is, as in "there is no kernel at ...". */
  readonly what: string;
  /** The option that names another one. */
  readonly option: string;
  /** What makes it. */
  readonly builtBy: string;
}

/** @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, for a folder or a device, too */
export async function requireFile(
  path: string,
  { what, option: name, builtBy }: MachineFile,
): Promise<void> {
  const status = await stat(path).catch(() => undefined);
  if (status?.isFile()) return;
  const other = status?.isDirectory() ? 'a folder' : 'a device';
  const kind = status ? `, which is ${other}` : '';
  throw new ZosiaError('ZOSIA_FILE_NOT_FOUND', `there is no ${what} at ${path}${kind}`, {
    hint: [
      wording`Build it with ${builtBy}, or name another one with ${option(name)}.`,
      `Build it with ${builtBy}.`,
    ],
  });
}

/** A disk with its format, which the file itself tells. @throws ZosiaError `ZOSIA_FILE_NOT_FOUND` */
export async function describeDisk(path: string, file: MachineFile): Promise<MachineDisk> {
  await requireFile(path, file);
  const access = await accessFile(path);
  try {
    return { path, format: (await isVmdkDescriptor(access)) ? 'vmdk' : 'raw' };
  } finally {
    await access.close();
  }
}
