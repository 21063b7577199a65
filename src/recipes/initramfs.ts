import { readFile } from 'node:fs/promises';
import { FileTree } from './file-tree.js';
import type { KernelModule } from './kernel-package.js';
import type { CpioEntry } from '../formats/cpio/writer.js';
import { readDeb } from '../formats/deb/deb.js';

/** What the kernel starts as PID 1. */
export const INIT_PATH = '/init';

export interface InitramfsInputs {
  /** PID 1. */
  readonly init: Uint8Array;
  readonly modules: readonly KernelModule[];
  /** llama.cpp and what it needs, as `llamaRuntime` or `readLlamaFolder` finds them. */
  readonly llama: readonly CpioEntry[];
}

/** Reads the programs and libraries of packages, given by their paths. */
export async function readRuntimeFiles(packagePaths: readonly string[]): Promise<FileTree> {
  const tree = new FileTree();
  for (const path of packagePaths) {
    for await (const entry of readDeb(await readFile(path), { select: isRuntimeFile })) {
      tree.add(entry);
    }
  }
  return tree;
}

/** The guest's root file system: PID 1, the modules it loads, and llama.cpp. */
export function guestEntries({ init, modules, llama }: InitramfsInputs): CpioEntry[] {
  return [
    { path: INIT_PATH, type: 'file', mode: 0o755, data: init },
    // The kernel opens the console for PID 1 before anything could have made it.
    { path: '/dev/console', type: 'character-device', major: 5, minor: 1, mode: 0o600 },
    { path: '/etc/zosia/modules', type: 'file', data: moduleList(modules) },
    ...modules.map(({ path, bytes }): CpioEntry => ({
      path,
      type: 'file',
      data: bytes,
    })),
    ...llama,
  ];
}

function isRuntimeFile(path: string): boolean {
  return /^(\/usr)?\/(bin|lib|lib64|libexec)\//.test(path);
}

function moduleList(modules: readonly KernelModule[]): string {
  return modules.map(({ path }) => `${path}\n`).join('');
}
