import type { FileExtent } from '../reader/file-map.js';

/** What a file's blocks come to. */
export class FileUsage {
  /** Blocks of content, of the tree and of attributes; with bigalloc all those of their clusters. */
  blockCount = 0;
  /** File block after the last one that is mapped; 0: none. */
  endBlock = 0;
  /** The same of blocks that have been written. */
  writtenEndBlock = 0;
  /** Blocks of content that have been written. */
  writtenBlockCount = 0;
  /** Whether blocks lie in their clusters as they follow each other in the file. */
  isAligned = true;
  #lastFileCluster = -1;
  #lastCluster = -1;

  /** @param clusterBlockCount blocks of a cluster: more than one with bigalloc */
  constructor(readonly clusterBlockCount: number) {}

  /** Adds a block of the tree, or of attributes. */
  addBlock(): void {
    this.blockCount += this.clusterBlockCount;
  }

  /** Adds blocks of content, in the order in which they lie in the file. */
  addContent(extent: FileExtent): void {
    const { fileBlock, blockCount, written } = extent;
    this.blockCount += this.#blocksOfClusters(extent);
    this.endBlock = fileBlock + blockCount;
    if (!written) return;
    this.writtenBlockCount += blockCount;
    this.writtenEndBlock = this.endBlock;
  }

  /** Blocks of the clusters that the extent has and the one before had not. */
  #blocksOfClusters({ fileBlock, imageBlock, blockCount }: FileExtent): number {
    const ratio = this.clusterBlockCount;
    if (ratio === 1) return blockCount;
    const first = Math.floor(imageBlock / ratio);
    const last = Math.floor((imageBlock + blockCount - 1) / ratio);
    const goesOn = Math.floor(fileBlock / ratio) === this.#lastFileCluster;
    if (imageBlock % ratio !== fileBlock % ratio || (goesOn && first !== this.#lastCluster)) {
      this.isAligned = false;
    }
    this.#lastFileCluster = Math.floor((fileBlock + blockCount - 1) / ratio);
    const isCounted = first === this.#lastCluster;
    this.#lastCluster = last;
    return ratio * (last - first + (isCounted ? 0 : 1));
  }
}
