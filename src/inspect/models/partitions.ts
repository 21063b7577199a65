import { ZosiaError } from '../../errors.js';
import { readGguf } from '../../formats/gguf/reader.js';
import { closable } from '../../image/closable.js';
import type { OpenRandomAccess, RandomAccess } from '../../image/random-access.js';
import { partCountOf, readGgufParts, readModelPart } from './parts.js';
import type { ModelFolder, ModelPart } from './parts.js';

/** A partition that is a GGUF, or a part of a split one. */
export interface GgufPartition {
  readonly number: number;
  readonly access: RandomAccess;
}

/**
 * Reads the headers of the GGUF that partitions are, as `readGgufParts` does of files: the parts of a split model have
 * to be in order, one beside the other.
 *
 * @param partitions those of the GGUF's type, in the order of their numbers
 * @param diskName for messages
 * @throws ZosiaError `ZOSIA_EFI_NO_MODEL` for none, `ZOSIA_MODEL_NOT_ONE` for several models, and those of
 *   `readGgufParts`
 */
export async function readGgufPartitions(
  partitions: readonly GgufPartition[],
  diskName: string,
): Promise<ModelPart[]> {
  const [first] = partitions;
  if (!first) {
    throw new ZosiaError('ZOSIA_EFI_NO_MODEL', `${diskName} has no partition that is a GGUF`, {
      hint: 'Write the disk again with zosia image efi, or name a file in llama2.cfg (model=).',
    });
  }
  const folder = partitionFolder(partitions, diskName);
  const name = partName(0, partitions.length);
  const wanted = partCountOf(await readModelPart(name, folder));
  // One that is not split says so by saying nothing.
  if (Math.max(wanted, 1) === partitions.length) return readGgufParts(name, folder);
  throw new ZosiaError(
    'ZOSIA_MODEL_NOT_ONE',
    `${diskName} has ${partitions.length} partitions that are GGUFs, and its model consists of ${Math.max(wanted, 1)}`,
    { hint: 'Write the disk again with zosia image efi: a disk has one model, and all of it.' },
  );
}

/** By these names the parts of a split model find each other. */
function partName(index: number, count: number): string {
  const digits = (number: number): string => String(number).padStart(5, '0');
  return `part-${digits(index + 1)}-of-${digits(count)}.gguf`;
}

function partitionFolder(partitions: readonly GgufPartition[], diskName: string): ModelFolder {
  const find = (name: string): GgufPartition | undefined =>
    partitions.find((_, index) => partName(index, partitions.length) === name);
  return {
    pathOf: (name) => `partition ${find(name)?.number ?? name} of ${diskName}`,
    async open(name) {
      const access = find(name)?.access;
      return access && openAccess(await withoutPadding(access));
    },
  };
}

/** What can be read, as a file that is open. */
export function openAccess(access: RandomAccess): OpenRandomAccess {
  const { sizeBytes } = access;
  return {
    sizeBytes,
    read: (offset, length) => access.read(offset, length),
    ...closable(() => Promise.resolve()),
  };
}

/**
 * The GGUF in a partition, which ends at a whole MiB: up to the end of its last tensor. What cannot be read stays as
 * it is, for whoever says what is wrong with it.
 */
async function withoutPadding(access: RandomAccess): Promise<RandomAccess> {
  const header = await readGguf(access).catch((error: unknown) => {
    if (error instanceof ZosiaError) return undefined;
    throw error;
  });
  if (!header) return access;
  const ends = header.tensors.map(
    ({ offset, sizeBytes }) => header.dataOffset + offset + sizeBytes,
  );
  const end = ends.reduce((most, each) => Math.max(most, each), header.headerBytes);
  if (!Number.isSafeInteger(end) || end > access.sizeBytes) return access;
  return { sizeBytes: end, read: (offset, length) => access.read(offset, length) };
}
