import { crc32 } from '../../../src/formats/gpt/crc32.js';

export interface DiskPartition {
  /** As it is on disk. */
  readonly type: Uint8Array;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
}

/** The type of a partition that is a model, as it is on disk. */
export const MODEL_TYPE = Buffer.from('69736f7a01616f8da4656c6767756601', 'hex');
/** That of any other. */
export const OTHER_TYPE = Buffer.from('28732ac11ff8d211ba4b00a0c93ec93b', 'hex');

/** What can be wrong with a table that has the right checksums. */
export interface DiskOptions {
  readonly blockBytes?: number;
  readonly entryBytes?: number;
  readonly entryCount?: number;
  /** Changes the header before its checksum is made. */
  readonly changeHeader?: (header: Buffer) => void;
}

/** How a disk begins that has so many blocks and a GUID partition table (UEFI 2.10, 5.3). */
export function diskStart(
  blocks: bigint,
  partitions: readonly DiskPartition[],
  options: DiskOptions = {},
): Buffer {
  const { blockBytes = 512, entryBytes = 128, entryCount = 128 } = options;
  const table = Buffer.alloc(entryBytes * entryCount);
  for (const [index, { type, firstBlock, lastBlock }] of partitions.entries()) {
    const entry = table.subarray(index * entryBytes);
    Buffer.from(type).copy(entry);
    entry.fill(index + 1, 16, 32);
    entry.writeBigUInt64LE(firstBlock, 32);
    entry.writeBigUInt64LE(lastBlock, 40);
  }
  const header = Buffer.alloc(blockBytes);
  header.write('EFI PART\0\0\x01\0', 'latin1');
  header.writeUInt32LE(92, 12);
  header.writeBigUInt64LE(1n, 24);
  header.writeBigUInt64LE(blocks - 1n, 32);
  header.writeBigUInt64LE(34n, 40);
  header.writeBigUInt64LE(blocks - 34n, 48);
  header.writeBigUInt64LE(2n, 72);
  header.writeUInt32LE(entryCount, 80);
  header.writeUInt32LE(entryBytes, 84);
  header.writeUInt32LE(crc32(table), 88);
  options.changeHeader?.(header);
  header.writeUInt32LE(
    crc32(header.subarray(0, Math.min(header.readUInt32LE(12), blockBytes))),
    16,
  );
  return Buffer.concat([Buffer.alloc(blockBytes), header, table]);
}
