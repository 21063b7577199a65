import type { Architecture } from '../../artifacts/architectures.js';

/** How the kernel's makefile is called for an architecture. */
export interface KernelTarget {
  /** The kernel's own name of the architecture. */
  readonly arch: string;
  /** What is built, as arguments for make. */
  readonly goals: readonly string[];
  /** Where what is booted lies in the build folder. */
  readonly image: string;
  /** Lines that a build prints, about: what its progress is measured by. */
  readonly stepCount: number;
}

export const KERNEL_TARGETS: Readonly<Record<Architecture, KernelTarget>> = {
  aarch64: { arch: 'arm64', goals: ['Image'], image: 'arch/arm64/boot/Image', stepCount: 1657 },
  x86_64: {
    arch: 'x86_64',
    goals: ['bzImage'],
    image: 'arch/x86/boot/bzImage',
    stepCount: 1791,
  },
};

/** A step of the kernel's makefile: its kind in capitals, and the file that it makes. */
const STEP = /^ {2}[A-Z][A-Z0-9_-]*(?: \[M\])? +\S/;

export const isStep = (line: string): boolean => STEP.test(line);

/** The first line of a build that tells what failed: of a compiler, a linker, or make itself. */
export function firstError(log: string): string | undefined {
  const lines = log.split('\n');
  const isError = (line: string): boolean =>
    /(?:^|[^\w-])(?:fatal )?error: |^(?:ld\.lld|clang): error|: not found$|No such file or directory$/i.test(
      line,
    );
  return lines.find(isError) ?? lines.find((line) => /^make(?:\[\d+\])?: \*\*\*/.test(line));
}
