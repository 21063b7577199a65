/** What direct I/O asks of places in files and in memory: both are multiples of this. */
export const ALIGNMENT_BYTES = 4096;

const PAGE_BYTES = 65536;

/** The little that is used of WebAssembly, which `@types/node` does not declare. */
interface WithWebAssembly {
  readonly WebAssembly?: {
    readonly Memory: new (size: { initial: number; maximum: number }) => {
      readonly buffer: ArrayBuffer;
    };
  };
}

const aligned = new WeakSet<ArrayBufferLike>();

/**
 * Memory that begins at a multiple of {@link ALIGNMENT_BYTES}, where there is any to be had: no kind of
 * `Buffer` promises that, but the memory of a WebAssembly instance is mapped in whole pages. It is plain
 * memory where Node runs without WebAssembly (`--jitless`), or may not reserve the address space that
 * comes with it (`ulimit -v`).
 */
export function alignedMemory(sizeBytes: number): Uint8Array {
  const { WebAssembly } = globalThis as WithWebAssembly;
  if (WebAssembly) {
    const pages = Math.ceil(sizeBytes / PAGE_BYTES);
    try {
      const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
      aligned.add(buffer);
      return new Uint8Array(buffer, 0, sizeBytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return Buffer.allocUnsafeSlow(sizeBytes);
}

/** Whether bytes are known to begin at a multiple of {@link ALIGNMENT_BYTES} in memory. */
export function isAligned(bytes: Uint8Array): boolean {
  return aligned.has(bytes.buffer) && bytes.byteOffset % ALIGNMENT_BYTES === 0;
}
