/** How a tensor's elements are stored: in blocks of so many elements, so many bytes each. */
export interface GgmlType {
  /** Number of the type in the file. */
  readonly id: number;
  readonly name: string;
  /** Elements in a block; a row is a whole number of blocks. */
  readonly blockSize: number;
  /** Bytes of a block. */
  readonly blockBytes: number;
}

type Row = readonly [id: number, name: string, blockSize: number, blockBytes: number];

/**
 * Every type a GGUF may hold. Numbers: ggml/include/ggml.h; sizes: ggml/src/ggml-common.h. The numbers
 * missing here (4, 5, 31 to 33, 36 to 38) were types that are no longer read by anything.
 */
const TABLE: readonly Row[] = [
  [0, 'F32', 1, 4],
  [1, 'F16', 1, 2],
  [2, 'Q4_0', 32, 18],
  [3, 'Q4_1', 32, 20],
  [6, 'Q5_0', 32, 22],
  [7, 'Q5_1', 32, 24],
  [8, 'Q8_0', 32, 34],
  [9, 'Q8_1', 32, 36],
  [10, 'Q2_K', 256, 84],
  [11, 'Q3_K', 256, 110],
  [12, 'Q4_K', 256, 144],
  [13, 'Q5_K', 256, 176],
  [14, 'Q6_K', 256, 210],
  [15, 'Q8_K', 256, 292],
  [16, 'IQ2_XXS', 256, 66],
  [17, 'IQ2_XS', 256, 74],
  [18, 'IQ3_XXS', 256, 98],
  [19, 'IQ1_S', 256, 50],
  [20, 'IQ4_NL', 32, 18],
  [21, 'IQ3_S', 256, 110],
  [22, 'IQ2_S', 256, 82],
  [23, 'IQ4_XS', 256, 136],
  [24, 'I8', 1, 1],
  [25, 'I16', 1, 2],
  [26, 'I32', 1, 4],
  [27, 'I64', 1, 8],
  [28, 'F64', 1, 8],
  [29, 'IQ1_M', 256, 56],
  [30, 'BF16', 1, 2],
  [34, 'TQ1_0', 256, 54],
  [35, 'TQ2_0', 256, 66],
  [39, 'MXFP4', 32, 17],
  [40, 'NVFP4', 64, 36],
  [41, 'Q1_0', 128, 18],
  [42, 'Q2_0', 64, 18],
];

const types = TABLE.map(([id, name, blockSize, blockBytes]): GgmlType => {
  return { id, name, blockSize, blockBytes };
});
const byId = new Map(types.map((type) => [type.id, type]));
const byName = new Map(types.map((type) => [type.name, type]));

/** The type of a number in a file; undefined for one that is unknown or no longer in use. */
export function ggmlTypeOf(id: number): GgmlType | undefined {
  return byId.get(id);
}

/** The type of that name. @throws RangeError for a name that is not in the table */
export function ggmlTypeNamed(name: string): GgmlType {
  const type = byName.get(name);
  if (!type) throw new RangeError(`there is no ggml type ${name}`);
  return type;
}

/** How many elements a tensor of these dimensions has; undefined from 2^53 on. */
export function elementCount(dimensions: readonly number[]): number | undefined {
  if (dimensions.includes(0)) return 0;
  let count = 1;
  for (const dimension of dimensions) {
    count *= dimension;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/**
 * How many bytes a tensor takes: rows (the first dimension) of whole blocks. Undefined when the row is
 * no whole number of blocks, or the size is 2^53 or more.
 */
export function tensorBytes(type: GgmlType, dimensions: readonly number[]): number | undefined {
  const count = elementCount(dimensions);
  if (count === undefined || (dimensions[0] ?? 1) % type.blockSize !== 0) return undefined;
  const bytes = (count / type.blockSize) * type.blockBytes;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
