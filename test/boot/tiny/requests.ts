import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { CpioEntry } from '../../../src/formats/cpio/writer.js';
import { findCompiler } from '../../../src/toolchain/compiler.js';
import { compileFreestanding } from '../../../src/toolchain/freestanding.js';
import { INIT_SOURCE_DIRECTORY } from '../../../src/toolchain/guest.js';
import { boot } from '../modes/guest.js';
import type { Guest } from '../modes/guest.js';
import { fileEntry } from '../modes/impostor.js';

const SOURCE = fileURLToPath(new URL('requests.c', import.meta.url));

/** Arguments as `zosia up` has them, on one processor; a warm-up would take as long as an answer. */
export const EVERY_TIME = ['--fit', 'off', '--no-warmup', '--threads', '1'];

/** What one run of llama-completion is asked. */
export interface GuestRequest {
  readonly prompt: string;
  /** Arguments of llama.cpp. */
  readonly args: readonly string[];
}

/** Boots a guest once, with a disk that has a model, and gives the answers to all requests. */
export async function answersOf(
  guest: Guest,
  disk: string,
  requests: readonly GuestRequest[],
): Promise<string[]> {
  const init = await compileRequestsInit(guest);
  const overlay: CpioEntry[] = [
    { path: '/init', type: 'file', mode: 0o755, data: init },
    folderEntry('/etc/zosia/requests'),
    ...requests.flatMap(({ prompt, args }, number) => {
      const folder = `/etc/zosia/requests/${number}`;
      return [
        folderEntry(folder),
        fileEntry(`${folder}/prompt`, prompt),
        fileEntry(`${folder}/args`, args.map((arg) => `${arg}\0`).join('')),
      ];
    }),
  ];
  const { lines, exitStatus } = await boot(guest, { flags: '', disk, overlay });
  expect(exitStatus, lines.join('\n')).toBe(0);
  const [, ...parts] = lines
    .slice(0, -3)
    .join('\n')
    .split(/zosia: request \d+\n/);
  expect(parts).toHaveLength(requests.length);
  const ofInit = /^zosia: (?:starting llama-completion|answer end=).*$/gm;
  return parts.map((part) => part.replace(ofInit, '').trim());
}

async function compileRequestsInit({ arch }: Guest): Promise<Uint8Array> {
  const names = await readdir(INIT_SOURCE_DIRECTORY);
  const parts = names.filter((name) => name.endsWith('.c') && name !== 'main.c').sort();
  return compileFreestanding({
    arch,
    compiler: await findCompiler(),
    sourceDir: INIT_SOURCE_DIRECTORY,
    sources: [SOURCE, ...parts],
    includeDirs: ['.'],
  });
}

function folderEntry(path: string): CpioEntry {
  return { path, type: 'directory', mode: 0o755 };
}
