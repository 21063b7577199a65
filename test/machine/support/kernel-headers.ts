/** The beginning of an arm64 Image of this size in memory. */
export function arm64Kernel(imageSizeBytes: number): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.writeBigUInt64LE(BigInt(imageSizeBytes), 16);
  bytes.write('ARMd', 56, 'latin1');
  return bytes;
}

/** The beginning of an x86 bzImage that needs so much memory to start. */
export function x86Kernel(initSizeBytes: number, protocolVersion = 0x020f): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.write('HdrS', 0x202, 'latin1');
  bytes.writeUInt16LE(protocolVersion, 0x206);
  bytes.writeUInt32LE(initSizeBytes, 0x260);
  return bytes;
}
