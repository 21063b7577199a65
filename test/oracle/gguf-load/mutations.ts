import { uint32 } from '../../../src/formats/gguf/values.js';
import { OTHER_VALUES, assemble, pair } from './header-parts.js';
import type { HeaderParts, Tensor, WholeHeader } from './header-parts.js';

type Below = (limit: number) => number;

/** Numbers that are limits of something. */
const LIMITS = [
  ...[0n, 1n, 4n, 9n, 13n, 64n, 255n],
  ...[2n ** 31n, 2n ** 32n - 1n, 2n ** 63n, 2n ** 64n - 1n],
];

/** Whole numbers below a limit, the same for a seed. */
export function numbers(seed: number): Below {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The header with a bit, a byte or a number changed; most often near its start or in its tensor table. */
export function mutateBytes(header: Buffer, below: Below): Buffer {
  const changed = Buffer.from(header);
  const near = [2000, header.length][below(2)]!;
  const at = below(2) === 0 ? below(near) : header.length - 9 - below(Math.min(2000, near));
  const kind = below(4);
  if (kind === 0) changed[at]! ^= 1 << below(8);
  else if (kind === 1) changed[at] = below(256);
  else if (kind === 2)
    changed.writeUInt32LE(Number(LIMITS[below(9)]!), Math.min(at, header.length - 4));
  else changed.writeBigUInt64LE(LIMITS[below(LIMITS.length)]!, Math.min(at, header.length - 8));
  return changed;
}

/** Changes one part: left out, doubled, of another type or value, or, of a tensor, of another shape. */
export function mutateParts(parts: HeaderParts, below: Below): WholeHeader {
  return assemble(below(3) === 0 ? mutateTensors(parts, below) : mutatePairs(parts, below));
}

function mutatePairs({ pairs, tensors }: HeaderParts, below: Below): HeaderParts {
  const at = below(pairs.length);
  const { key } = pairs[at]!;
  const replacements = [
    [],
    [pairs[at]!, pairs[at]!],
    [pair(key, OTHER_VALUES[below(OTHER_VALUES.length)]!)],
    [pair(key, uint32([0, 1, 3, 64, 2 ** 32 - 1][below(5)]!))],
  ];
  return { tensors, pairs: pairs.toSpliced(at, 1, ...replacements[below(replacements.length)]!) };
}

function mutateTensors({ pairs, tensors }: HeaderParts, below: Below): HeaderParts {
  const at = below(tensors.length);
  const tensor = tensors[at]!;
  const { dimensions, name } = tensor;
  const other = (): Tensor => tensors[below(tensors.length)]!;
  const changed: Tensor[][] = [
    [],
    [tensor, tensor],
    [{ ...tensor, name: `${name}x` }],
    [{ ...tensor, type: ['F32', 'F16', 'BF16', 'I32', 'F64', 'I8'][below(6)]! }],
    [{ ...tensor, dimensions: dimensions.map((size) => size + 32 * below(2)) }],
    [{ ...tensor, dimensions: [...dimensions].reverse() }],
    [{ ...tensor, dimensions: [...dimensions, 1 + below(2)] }],
    [{ ...tensor, dimensions: dimensions.slice(0, 1) }],
    [{ ...tensor, dimensions: other().dimensions }],
    [tensor, { ...tensor, name: name.replace(/weight$/, 'bias') }],
  ];
  return { pairs, tensors: tensors.toSpliced(at, 1, ...changed[below(changed.length)]!) };
}
