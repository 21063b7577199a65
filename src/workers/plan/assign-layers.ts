/** Who holds a layer: the number of a worker, from 0, or the head. */
export type Holder = number | 'head';

/**
 * Gives out layers as llama.cpp does (load_tensors in its llama-model.cpp), in the same floating-point numbers of 32
 * bits. RPC devices come first among its devices, in the order in which they are named; the head has no others, and
 * is what llama.cpp calls the CPU.
 *
 * The last `offloaded` of all layers go to the workers; the output counts as one, after the blocks. The share of these
 * layers that lies before a layer decides: it goes to the first worker whose share, and those before it, are more.
 *
 * @param blockCount how many blocks the model has
 * @param shares of the workers, of which one is above 0
 * @param offloaded how many layers the workers hold, of `blockCount + 1`
 * @returns for each block, and the output
 */
export function assignLayers(
  blockCount: number,
  shares: readonly number[],
  offloaded: number,
): Holder[] {
  const layerCount = blockCount + 1;
  const first = Math.max(layerCount - offloaded, 0);
  const offloadedCount = Math.min(offloaded, layerCount);
  const ends = cumulativeShares(shares);
  return Array.from({ length: layerCount }, (_, layer) => {
    if (layer < first) return 'head';
    const before = Math.fround((layer - first) / offloadedCount);
    return ends.findIndex((end) => end > before);
  });
}

/** Where the share of each ends, of 1. */
function cumulativeShares(shares: readonly number[]): number[] {
  let sum = 0;
  const sums = shares.map((share) => (sum = Math.fround(sum + Math.fround(share))));
  return sums.map((each) => Math.fround(each / sum));
}
