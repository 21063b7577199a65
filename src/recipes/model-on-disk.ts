import { closable } from '../image/closable.js';
import { posix } from 'node:path';
import { ZosiaError } from '../errors.js';
import type { BaseModel } from '../formats/gguf/base-model.js';
import { describeModel } from '../formats/gguf/model-info.js';
import type { ModelInfo } from '../formats/gguf/model-info.js';
import { readGguf } from '../formats/gguf/reader.js';
import type { GgufHeader } from '../formats/gguf/reader.js';
import type { Ext4Reader, Ext4Target } from '../formats/ext4/reader/reader.js';
import { openFileSystem } from '../inspect/file-system.js';
import type { OpenVmdkOptions } from '../inspect/vmdk-disk.js';
import {
  adapterPath,
  DRAFT_PATH,
  MAX_ADAPTERS,
  MODEL_PATH,
  PROJECTOR_PATH,
} from './disk-entries.js';
import { kindFor, requireFit, requireKind } from '../inspect/models/kind.js';
import type { CompanionKind } from '../inspect/models/kind.js';
import { baseOfParts, describeParts, readModelParts } from '../inspect/models/parts.js';
import type { ModelFolder } from '../inspect/models/parts.js';

/** The model that a guest will find on a disk. */
export interface DiskModel {
  readonly info: ModelInfo;
  /** Bytes of the projector, the adapters and the draft, which are loaded as well. */
  readonly companionBytes: number;
  /** The model that drafts for it. */
  readonly draft: ModelInfo | undefined;
}

/** What is passed on; of anything else the guest says more. */
const TELLING: ReadonlySet<string> = new Set([
  'ZOSIA_NOT_EXT4',
  'ZOSIA_MODEL_WRONG_KIND',
  'ZOSIA_COMPANION_DOES_NOT_FIT',
]);

/**
 * Looks for the model on a disk as guest/init does, and reads its headers. Undefined when the disk holds
 * none that can be read: whether that is a mistake, the guest will say.
 *
 * @throws ZosiaError `ZOSIA_NOT_EXT4` for a disk that is of another kind altogether,
 * `ZOSIA_MODEL_WRONG_KIND` and `ZOSIA_COMPANION_DOES_NOT_FIT` for what llama.cpp would not take
 */
export async function modelOnDisk(
  diskPath: string,
  options: OpenVmdkOptions = {},
): Promise<DiskModel | undefined> {
  try {
    const disk = await openFileSystem(diskPath, options);
    try {
      return await findAndDescribe(disk.reader);
    } finally {
      await disk.close();
    }
  } catch (error) {
    if (error instanceof ZosiaError && !TELLING.has(error.code)) return undefined;
    throw error;
  }
}

async function findAndDescribe(disk: Ext4Reader): Promise<DiskModel | undefined> {
  const path = await findModel(disk);
  if (path === undefined) return undefined;
  const parts = await readModelParts(posix.basename(path), diskFolder(disk, path));
  const base = baseOfParts(parts);
  const companionBytes = await checkCompanions(disk, base);
  const draft = await checkCompanion(disk, DRAFT_PATH, 'draft', base);
  return {
    info: describeParts(parts),
    companionBytes: companionBytes + (draft?.bytes ?? 0),
    draft: draft?.header && describeModel(draft.header),
  };
}

/** Paths are given as bytes: a backslash in a name is a backslash. */
const target = (path: string): Ext4Target => Buffer.from(path, 'utf8');

async function findModel(disk: Ext4Reader): Promise<string | undefined> {
  const found = await absentAsUndefined(disk.lstat(target(MODEL_PATH)));
  if (found?.type === 'symlink') {
    const link = Buffer.from(await disk.readLink(target(MODEL_PATH))).toString('utf8');
    return posix.resolve('/', link);
  }
  if (found) return MODEL_PATH;
  const names: string[] = [];
  for await (const { nameBytes } of disk.list('/')) {
    const name = Buffer.from(nameBytes).toString('utf8');
    if (name.endsWith('.gguf') && !isCompanion(name)) names.push(name);
  }
  const [lowest] = names.sort();
  return lowest === undefined ? undefined : `/${lowest}`;
}

const isCompanion = (name: string): boolean =>
  `/${name}` === PROJECTOR_PATH || /^lora-\d+\.gguf$/.test(name);

function diskFolder(disk: Ext4Reader, modelPath: string): ModelFolder {
  const pathOf = (name: string): string => posix.join(posix.dirname(modelPath), name);
  return {
    pathOf,
    async open(name) {
      const access = await absentAsUndefined(disk.open(target(pathOf(name))));
      return access && { ...access, ...closable(() => Promise.resolve()) };
    },
  };
}

/** Checks the companions that the guest will find. @returns bytes of all */
async function checkCompanions(disk: Ext4Reader, model: BaseModel): Promise<number> {
  let bytes = (await checkCompanion(disk, PROJECTOR_PATH, 'projector', model))?.bytes ?? 0;
  for (let number = 1; number <= MAX_ADAPTERS; number++) {
    const found = await checkCompanion(disk, adapterPath(number), 'adapter', model);
    if (found === undefined) break;
    bytes += found.bytes;
  }
  return bytes;
}

/** @returns its bytes, and its header where it has one that can be read; undefined when there is none */
async function checkCompanion(
  disk: Ext4Reader,
  path: string,
  kind: CompanionKind,
  model: BaseModel,
): Promise<{ bytes: number; header?: GgufHeader | undefined } | undefined> {
  const found = await absentAsUndefined(disk.stat(target(path)));
  if (found?.type !== 'file') return found && { bytes: found.sizeBytes };
  const file = await disk.open(target(path));
  const header = await readGguf(file, path).catch((error: unknown) => {
    if (error instanceof ZosiaError) return undefined;
    throw error;
  });
  if (header) {
    requireKind(header, kindFor(kind), path);
    requireFit(header, kind, model, path);
  }
  return { bytes: file.sizeBytes, header };
}

async function absentAsUndefined<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ZosiaError && error.code === 'ZOSIA_EXT4_NO_SUCH_PATH') return undefined;
    throw error;
  }
}
