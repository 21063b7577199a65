import { join } from 'node:path';
import type { Architecture } from '../../artifacts/architectures.js';

/** What a build leaves in its folder. */
export interface KernelFiles {
  readonly path: string;
  /** x86_64 alone: the program that QEMU starts by PVH, with nothing to unpack. */
  readonly vmlinuxPath: string | undefined;
  readonly configPath: string;
  readonly logPath: string;
}

export const kernelFiles = (outDir: string, arch: Architecture): KernelFiles => ({
  path: join(outDir, 'Image'),
  vmlinuxPath: arch === 'x86_64' ? join(outDir, 'vmlinux') : undefined,
  configPath: join(outDir, 'kernel.config'),
  logPath: join(outDir, 'kernel-build.log'),
});
