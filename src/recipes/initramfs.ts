import { readFile } from 'node:fs/promises';
import { FileTree } from './file-tree.js';
import { llamaRuntime } from './llama-runtime.js';
import type { KernelModule } from './kernel-package.js';
import type { Architecture } from '../artifacts/architectures.js';
import { planCpio } from '../formats/cpio/writer.js';
import type { CpioEntry } from '../formats/cpio/writer.js';
import { readDeb } from '../formats/deb/deb.js';
import type { Image } from '../image/image.js';

export interface InitramfsInputs {
  readonly arch: Architecture;
  /** PID 1. */
  readonly init: Uint8Array;
  readonly modules: readonly KernelModule[];
  /** Paths of the packages that llama.cpp and its libraries come in. */
  readonly llamaPackages: readonly string[];
}

/** Plans the guest's root file system: PID 1, the modules it loads, and llama.cpp. */
export async function planInitramfs(inputs: InitramfsInputs): Promise<Image> {
  const { arch, init, modules, llamaPackages } = inputs;
  const tree = new FileTree();
  for (const path of llamaPackages) {
    for await (const entry of readDeb(await readFile(path), { select: isRuntimeFile })) {
      tree.add(entry);
    }
  }
  return planCpio([
    { path: '/init', type: 'file', mode: 0o755, data: init },
    // The kernel opens the console for PID 1 before anything could have made it.
    { path: '/dev/console', type: 'character-device', major: 5, minor: 1, mode: 0o600 },
    { path: '/etc/zosia/modules', type: 'file', data: moduleList(modules) },
    ...modules.map(({ path, bytes }): CpioEntry => ({
      path,
      type: 'file',
      data: bytes,
    })),
    ...llamaRuntime(tree, arch),
  ]);
}

function isRuntimeFile(path: string): boolean {
  return /^(\/usr)?\/(bin|lib|lib64)\//.test(path);
}

function moduleList(modules: readonly KernelModule[]): string {
  return modules.map(({ path }) => `${path}\n`).join('');
}
