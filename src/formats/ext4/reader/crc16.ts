const POLYNOMIAL_REVERSED = 0xa001;

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL_REVERSED : remainder >>> 1;
  }
  return remainder;
});

/** What the checksum of a group descriptor starts from. */
export const CRC16_START = 0xffff;

/**
 * Continues a CRC-16 (polynomial 0x8005, reflected) over more bytes: the checksum of group descriptors
 * before metadata_csum (uninit_bg).
 */
export function crc16(crc: number, bytes: Uint8Array): number {
  let value = crc;
  for (let i = 0; i < bytes.length; i++) {
    value = (value >>> 8) ^ TABLE[(value ^ bytes[i]!) & 0xff]!;
  }
  return value;
}
