import type { Architecture } from '../../artifacts/architectures.js';
import type { AcceleratorName } from '../qemu/host-spec.js';

/**
 * The CPU model for QEMU's `-cpu`. An accelerator passes the host's through. Under TCG the model decides
 * which of its kernels llama.cpp picks, and how expensive each of their instructions is to emulate; the
 * figures are in docs/architecture.md:
 *
 * - aarch64: Neoverse N1 has the dot product instructions that quantised models live on, and neither
 *   pointer authentication nor SVE, which TCG emulates slowly. QEMU knows it since 7.1.
 * - x86_64: plain SSE2. TCG translates that to the host's vector instructions, but calls a helper for
 *   most of SSSE3, AVX and FMA, so that every "better" model is slower, some tenfold. RDRAND seeds the
 *   kernel's random numbers, for which the guest would wait otherwise.
 */
export function defaultCpuModel(
  arch: Architecture,
  accelerator: AcceleratorName,
  qemuVersion: readonly [number, number],
): string {
  if (accelerator !== 'tcg') return 'host';
  if (arch === 'x86_64') return 'qemu64,+rdrand';
  const [major, minor] = qemuVersion;
  return major > 7 || (major === 7 && minor >= 1) ? 'neoverse-n1' : 'cortex-a72';
}

/** The CPU model for a machine that is emulated after all: nothing but an accelerator has the host's. */
export function emulatedCpuModel(
  arch: Architecture,
  asked: string | undefined,
  qemuVersion: readonly [number, number],
): string {
  const isOfHost = asked === undefined || /^host(?:,|$)/.test(asked);
  return isOfHost ? defaultCpuModel(arch, 'tcg', qemuVersion) : asked;
}
