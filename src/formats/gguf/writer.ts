import { Buffer } from 'buffer';
import { makeImage, bytesSegment } from '../../image/image.js';
import type { Image, Segment } from '../../image/image.js';
import {
  isAlignment,
  ALIGNMENT_KEY,
  DEFAULT_ALIGNMENT_BYTES,
  GGUF_HEADER,
  HEADER_BYTES,
  MAGIC,
  MAX_DIMENSIONS,
  MAX_TENSOR_NAME_BYTES,
  VERSION,
} from './layout.js';
import { encodeMetadata, encodeString, encodeUint32, encodeUint64 } from './encode.js';
import { ggmlTypeNamed, tensorBytes } from './ggml-types.js';
import { uint32 } from './values.js';
import type { TypedValue } from './values.js';

export type { StringValue, TypedValue } from './values.js';

export interface TensorPlan {
  readonly name: string;
  /** Elements along each dimension, the one that changes fastest first. */
  readonly dimensions: readonly number[];
  /** Name of a ggml type: "F32", "Q4_K". */
  readonly type: string;
  /** The tensor's data, exactly as long as dimensions and type ask for. Not copied. */
  readonly data: Image | Uint8Array;
}

export interface GgufPlan {
  /** Written in the order given. `general.alignment` is added where it is not the default. */
  readonly metadata: Readonly<Record<string, TypedValue>>;
  readonly tensors: readonly TensorPlan[];
  /** What tensors are aligned to, a power of two; 32 bytes unless given. */
  readonly alignment?: number | undefined;
}

/**
 * Plans a GGUF (version 3, little-endian; GGUF specification) around tensor data that stays where it is.
 *
 * @throws RangeError for a plan that no GGUF can hold: always a defect of the caller
 */
export function planGguf(plan: GgufPlan): Image {
  const { tensors, alignment = DEFAULT_ALIGNMENT_BYTES } = plan;
  if (!isAlignment(alignment)) throw new RangeError(`alignment is ${alignment}`);
  const metadata = withAlignment(plan.metadata, alignment);
  const alignUp = (offset: number): number => Math.ceil(offset / alignment) * alignment;

  const table: Uint8Array[] = [];
  const placed: { tensor: TensorPlan; offset: number; sizeBytes: number }[] = [];
  let dataBytes = 0;
  for (const tensor of tensors) {
    const sizeBytes = checkTensor(tensor);
    table.push(tensorEntry(tensor, dataBytes));
    placed.push({ tensor, offset: dataBytes, sizeBytes });
    dataBytes = alignUp(dataBytes + sizeBytes);
  }

  const header = Buffer.concat([
    fixedPart(tensors.length, Object.keys(metadata).length),
    ...Object.entries(metadata).map(([key, value]) => encodeMetadata(key, value)),
    ...table,
  ]);
  const dataOffset = alignUp(header.length);
  return makeImage(dataOffset + dataBytes, [
    bytesSegment(0, header, 'GGUF header'),
    ...placed
      .filter(({ sizeBytes }) => sizeBytes > 0)
      .map(({ tensor, offset, sizeBytes }): Segment => {
        const { name: label, data } = tensor;
        const start = dataOffset + offset;
        if (data instanceof Uint8Array) return bytesSegment(start, data, label);
        const source = { kind: 'image', image: data, offset: 0 } as const;
        return { offset: start, length: sizeBytes, source, label };
      }),
  ]);
}

function withAlignment(
  metadata: Readonly<Record<string, TypedValue>>,
  alignment: number,
): Readonly<Record<string, TypedValue>> {
  if (ALIGNMENT_KEY in metadata) throw new RangeError(`${ALIGNMENT_KEY} follows from the plan`);
  if (alignment === DEFAULT_ALIGNMENT_BYTES) return metadata;
  return { ...metadata, [ALIGNMENT_KEY]: uint32(alignment) };
}

/** Checks a tensor against the limits of the format, and gives its size in bytes. */
function checkTensor({ name, dimensions, type, data }: TensorPlan): number {
  if (Buffer.byteLength(name) > MAX_TENSOR_NAME_BYTES || dimensions.length > MAX_DIMENSIONS) {
    throw new RangeError(
      `a GGUF cannot hold the tensor ${name} of ${dimensions.length} dimensions`,
    );
  }
  const sizeBytes = tensorBytes(ggmlTypeNamed(type), dimensions);
  const given = data instanceof Uint8Array ? data.length : data.sizeBytes;
  if (sizeBytes === undefined || sizeBytes !== given) {
    throw new RangeError(`${name}: ${given} bytes given for ${dimensions.join(' x ')} ${type}`);
  }
  return sizeBytes;
}

function fixedPart(tensorCount: number, metadataCount: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write(MAGIC, GGUF_HEADER.magic.offset, 'latin1');
  bytes.writeUInt32LE(VERSION, GGUF_HEADER.version.offset);
  bytes.set(encodeUint64(tensorCount), GGUF_HEADER.tensorCount.offset);
  bytes.set(encodeUint64(metadataCount), GGUF_HEADER.metadataCount.offset);
  return bytes;
}

function tensorEntry({ name, dimensions, type }: TensorPlan, offset: number): Buffer {
  return Buffer.concat([
    encodeString(name),
    encodeUint32(dimensions.length),
    ...dimensions.map(encodeUint64),
    encodeUint32(ggmlTypeNamed(type).id),
    encodeUint64(offset),
  ]);
}
