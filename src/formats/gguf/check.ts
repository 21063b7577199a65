import { Buffer } from 'buffer';
import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import { corrupt, notGguf, truncated } from './errors.js';
import { FOREIGN_HEAD_BYTES, recogniseForeign } from '../foreign-model.js';
import { isVocabulary } from './kind.js';
import { HEADER_BYTES, MAGIC } from './layout.js';
import { readGguf } from './reader.js';
import type { GgufHeader } from './reader.js';

/**
 * Checks that a file is a GGUF, and whole: its header makes sense, its tensors lie one after another
 * as llama.cpp wants them, and the file holds them all. Tensor data is not read. A vocabulary without
 * tensors is whole as well. `name` stands for the file in messages.
 *
 * @throws ZosiaError `ZOSIA_MODEL_EMPTY`; `ZOSIA_MODEL_NOT_GGUF`, which says what the file looks like;
 * `ZOSIA_MODEL_TRUNCATED` with the size it has and the size it should have; `ZOSIA_MODEL_CORRUPT`;
 * `ZOSIA_MODEL_JOINED` for files joined with cat; `ZOSIA_MODEL_UNSUPPORTED` for big-endian files, old
 * versions and unknown tensor types
 */
export async function checkGguf(source: RandomAccess, name: string): Promise<GgufHeader> {
  if (source.sizeBytes === 0) {
    throw new ZosiaError('ZOSIA_MODEL_EMPTY', `${name} is empty`, {
      hint: 'Download the file again.',
    });
  }
  await checkMagic(source, name);
  const header = await readGguf(source, name);
  if (header.tensors.length === 0) {
    if (await hasGgufAt(source, header.headerBytes, header.dataOffset)) throw joined(name, header);
    if (isVocabulary(header)) return header;
    throw corrupt(name, 'it holds no tensors');
  }
  const { end, paddedEnd } = checkTensors(header, source.sizeBytes, name);
  if (await hasGgufAt(source, end, paddedEnd)) throw joined(name, header);
  return header;
}

async function checkMagic(source: RandomAccess, name: string): Promise<void> {
  const head = await source.read(0, Math.min(FOREIGN_HEAD_BYTES, source.sizeBytes));
  if (Buffer.from(head.subarray(0, MAGIC.length)).toString('latin1') === MAGIC) return;
  const { what, hint } = recogniseForeign(head, source.sizeBytes, name) ?? {
    what: `it does not start with "${MAGIC}"`,
    hint: 'Name a model in the GGUF format, the one llama.cpp reads.',
  };
  throw notGguf(name, what, hint);
}

/** llama.cpp (gguf_init_from_reader): each tensor starts where the one before ends, aligned. */
function checkTensors(
  header: GgufHeader,
  sizeBytes: number,
  name: string,
): { end: number; paddedEnd: number } {
  const { tensors, alignment, dataOffset } = header;
  let expected = 0;
  let end = 0;
  for (const tensor of tensors) {
    if (tensor.offset !== expected) {
      const label = JSON.stringify(tensor.name);
      throw corrupt(name, `the tensor ${label} is at ${tensor.offset} instead of ${expected}`);
    }
    end = tensor.offset + tensor.sizeBytes;
    expected = Math.ceil(end / alignment) * alignment;
    if (!Number.isSafeInteger(dataOffset + expected)) {
      throw corrupt(name, 'its tensors have an impossible size');
    }
  }
  const neededBytes = dataOffset + end;
  if (neededBytes > sizeBytes) throw truncated(name, sizeBytes, neededBytes, 'its tensor table');
  return { end: neededBytes, paddedEnd: dataOffset + expected };
}

/** Whether another GGUF begins where one ends, with or without the padding after its last tensor. */
async function hasGgufAt(source: RandomAccess, ...offsets: readonly number[]): Promise<boolean> {
  for (const offset of offsets) {
    if (offset + HEADER_BYTES > source.sizeBytes) continue;
    const bytes = await source.read(offset, MAGIC.length);
    if (Buffer.from(bytes).toString('latin1') === MAGIC) return true;
  }
  return false;
}

function joined(name: string, { metadata }: GgufHeader): ZosiaError {
  const isSplit = metadata.has('split.count');
  return new ZosiaError(
    'ZOSIA_MODEL_JOINED',
    isSplit
      ? `${name} is several parts of a split model in one file, one after another`
      : `${name} is two GGUFs in one file, one after another`,
    {
      hint: isSplit
        ? 'Put the parts as they were published into one folder, and name any of them; to have one ' +
          'file, llama-gguf-split --merge FIRST-PART OUT.gguf joins them, and cat does not.'
        : 'Download the model again, by itself.',
    },
  );
}
