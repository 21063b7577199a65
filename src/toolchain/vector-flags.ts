import type { Architecture } from '../artifacts/architectures.js';

/** The instructions that a source is compiled for which runs only on processors that have been found to have them. */
const VECTOR_FLAGS: Readonly<Record<Architecture, Readonly<Record<string, readonly string[]>>>> = {
  x86_64: {
    ssse3: ['-mssse3'],
    avx2: ['-mavx2', '-mfma', '-mf16c'],
    avxvnni: ['-mavx2', '-mfma', '-mf16c', '-mavxvnni'],
    // Wider vectors slow some processors down.
    avx512vnni: [
      '-mavx2',
      '-mfma',
      '-mf16c',
      '-mavx512vl',
      '-mavx512vnni',
      '-mprefer-vector-width=256',
    ],
  },
  aarch64: {
    dotprod: ['-march=armv8.2-a+dotprod'],
    i8mm: ['-march=armv8.2-a+dotprod+i8mm'],
  },
};

/** The flags beyond those of every source, by the name of one: `products_avx2.c`. */
export function vectorFlags(arch: Architecture, source: string): readonly string[] {
  const set = /\/products_(\w+)\.c$/.exec(source)?.[1] ?? '';
  return VECTOR_FLAGS[arch][set] ?? [];
}
