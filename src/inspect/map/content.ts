import { ZosiaError } from '../../errors.js';
import { readGguf } from '../../formats/gguf/reader.js';
import type { GgufTensor } from '../../formats/gguf/reader.js';
import { readCheckpoint } from '../../formats/llama2c/checkpoint.js';
import { escapeName } from '../../formats/escaped-name.js';
import type { RandomAccess } from '../../image/random-access.js';
import { tile } from './range.js';
import type { MapRange } from './range.js';

/** Files of an image that are looked into. Of more the first count: no image of ours has that many models. */
const MAX_LOOKED_INTO = 256;

/** Looks into the files of one image whose names are those of models. */
export class Contents {
  #left = MAX_LOOKED_INTO;

  /**
   * What lies where in a file; undefined where nothing is known, or the file is not what its name says.
   *
   * @param path as in the image, printable
   */
  async of(path: string, source: RandomAccess): Promise<MapRange[] | undefined> {
    const read = readerFor(path);
    if (!read || this.#left === 0 || source.sizeBytes === 0) return undefined;
    this.#left--;
    try {
      return await read(source);
    } catch (error) {
      if (error instanceof ZosiaError) return undefined;
      throw error;
    }
  }
}

type ReadContent = (source: RandomAccess) => Promise<MapRange[]>;

/** Whether {@link Contents} may know what is in a file of that name. */
export const hasKnownContent = (path: string): boolean => readerFor(path) !== undefined;

function readerFor(path: string): ReadContent | undefined {
  if (/\.gguf$/i.test(path)) return ggufRanges;
  return /\.bin$/i.test(path) ? checkpointRanges : undefined;
}

/**
 * The header of a GGUF and its tensors, those of one layer together.
 *
 * @throws ZosiaError as `readGguf`
 */
export async function ggufRanges(source: RandomAccess): Promise<MapRange[]> {
  const { headerBytes, dataOffset, metadata, tensors } = await readGguf(source);
  const header: MapRange = {
    offset: 0,
    length: headerBytes,
    kind: 'structure',
    what: 'GGUF header',
    note: `${metadata.size} pairs of metadata, ${tensors.length} tensors`,
  };
  const ranges: MapRange[] = [];
  for (const tensor of tensors) {
    const offset = dataOffset + tensor.offset;
    const end = offset + tensor.sizeBytes;
    if (tensor.sizeBytes === 0 || !Number.isSafeInteger(end)) continue;
    ranges.push({ ...tensorRange(tensor), offset, length: tensor.sizeBytes });
  }
  return byLayer(tile([header, ...ranges], source.sizeBytes, PADDING));
}

const PADDING = { kind: 'free', what: 'padding' } as const;

function tensorRange({ name, type, dimensions }: GgufTensor): Omit<MapRange, 'offset' | 'length'> {
  const shape = dimensions.join(' x ');
  const printable = escapeName(new TextEncoder().encode(name));
  return { kind: 'part', what: 'tensor', name: printable, note: `${type.name}, ${shape}` };
}

/** llama.cpp's names for the tensors of a layer. */
const LAYER = /^blk\.(\d+)\./;

const layerOf = ({ name = '' }: MapRange): string | undefined => LAYER.exec(name)?.[1];

/** Tensors of one layer that follow each other, and the padding between them, as one range. */
function byLayer(ranges: readonly MapRange[]): MapRange[] {
  const grouped: MapRange[] = [];
  for (let i = 0; i < ranges.length;) {
    const layer = layerOf(ranges[i]!);
    let end = i + 1;
    if (layer !== undefined) {
      for (let next = end; next < ranges.length; next++) {
        if (layerOf(ranges[next]!) === layer) end = next + 1;
        else if (ranges[next]!.what !== PADDING.what) break;
      }
    }
    const members = ranges.slice(i, end);
    grouped.push(layer === undefined ? members[0]! : layerRange(layer, members));
    i = end;
  }
  return grouped;
}

function layerRange(layer: string, members: readonly MapRange[]): MapRange {
  const { offset } = members[0]!;
  const last = members.at(-1)!;
  return {
    offset,
    length: last.offset + last.length - offset,
    kind: 'part',
    what: `layer ${layer}`,
    children: members.map((member) => ({ ...member, offset: member.offset - offset })),
  };
}

/**
 * The header of a llama2.c checkpoint and its tensors, each of all layers.
 *
 * @throws ZosiaError as `readCheckpoint`
 */
export async function checkpointRanges(source: RandomAccess): Promise<MapRange[]> {
  const { headerBytes, tensors } = await readCheckpoint(source);
  const header: MapRange = {
    offset: 0,
    length: headerBytes,
    kind: 'structure',
    what: 'checkpoint header',
  };
  const ranges = tensors.map(({ name, type, dimensions, offset, sizeBytes }): MapRange => {
    const note = `${type.kind}, ${dimensions.join(' x ')}`;
    return { offset, length: sizeBytes, kind: 'part', what: 'tensor', name, note };
  });
  return tile([header, ...ranges], source.sizeBytes, PADDING);
}
