/** The largest power of two that a uint32, the type of `general.alignment`, holds. */
const MAX_ALIGNMENT = 2 ** 31;

/**
 * Whether tensor data can be aligned to so many bytes: to a power of two, as llama.cpp wants it
 * (ggml/src/gguf.cpp). The GGUF specification wants a multiple of 8 besides; llama.cpp takes 1, 2 and 4 too.
 */
export function isAlignment(value: number): boolean {
  if (!Number.isInteger(value) || value < 1 || value > MAX_ALIGNMENT) return false;
  return (value & (value - 1)) === 0;
}
