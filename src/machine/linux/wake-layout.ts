/** Where things are in the message that a woken machine gets, little-endian (guest/init/README.md). */
export const LAYOUT = {
  magic: 0,
  /** u64 */
  seconds: 8,
  /** u32 */
  nanoseconds: 16,
  /** u16; 0 for unknown, as the columns */
  rows: 20,
  /** u16 */
  columns: 22,
  /** u32: {@link FLAGS} */
  flags: 24,
  entropy: 28,
} as const;

export const MAGIC = 'zosiawk1';
export const FLAGS = { piped: 1, session: 2 } as const;
export const ENTROPY_BYTES = 64;
export const MESSAGE_BYTES = LAYOUT.entropy + ENTROPY_BYTES;
