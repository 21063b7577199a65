import { Buffer } from 'buffer';
import { payloadEnd } from './setup-header.js';

/** Fewer bytes than any kernel's header has tell nothing. */
const LEAST_BYTES = 64;

/** Printable ASCII, and what text has between its words and lines. */
const TEXT = /^[\t\n\f\r\x20-\x7e]*$/;

/**
 * Why a file can be no kernel, or not all of one. What is not told by its header is left to the machine: QEMU
 * also boots programs and packed kernels, and on arm64 any code.
 *
 * @param head the first `KERNEL_HEADER_BYTES` of the file, or all of it
 * @param sizeBytes of the file
 * @returns undefined where there is no such reason
 */
export function kernelProblem(head: Uint8Array, sizeBytes: number): string | undefined {
  if (head.length < LEAST_BYTES) return undefined;
  if (TEXT.test(Buffer.from(head).toString('latin1'))) return 'is a text, not a kernel';
  const end = payloadEnd(head);
  return end !== undefined && end > sizeBytes
    ? `is a kernel that is cut short: it has ${sizeBytes} of at least ${end} bytes`
    : undefined;
}
