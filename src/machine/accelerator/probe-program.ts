import type { Architecture } from '../../artifacts/architectures.js';
import { aarch64ProbeKernel } from './probe-aarch64.js';
import { X86_PROBE_EXIT_CODE, X86_PROBE_EXIT_DEVICE, x86ProbeFirmware } from './probe-x86.js';

/** What the guest program prints. */
export const PROBE_MARKER = 'zosia: probe';

/** A small guest program, which needs neither a kernel nor firmware, and what runs it. */
export interface ProbeProgram {
  readonly code: Uint8Array;
  /** QEMU's arguments for starting it. */
  readonly arguments: readonly string[];
  /** QEMU's, when the program has come to its end. */
  readonly exitCode: number;
}

/** @param path where its code is going to lie */
export const probeProgram = (arch: Architecture, path: string): ProbeProgram =>
  arch === 'x86_64'
    ? {
        code: x86ProbeFirmware(PROBE_MARKER),
        arguments: ['-bios', path, '-device', X86_PROBE_EXIT_DEVICE],
        exitCode: X86_PROBE_EXIT_CODE,
      }
    : { code: aarch64ProbeKernel(PROBE_MARKER), arguments: ['-kernel', path], exitCode: 0 };
