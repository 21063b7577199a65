import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { CpioEntry } from 'zosia';
import { compileWithInit } from '../../../test/support/init-program.js';
import { boot } from '../../../test/boot/modes/guest.js';
import type { Guest } from '../../../test/boot/modes/guest.js';
import { fileEntry } from '../../../test/boot/modes/impostor.js';

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
  const init = await compileWithInit(guest.arch, [SOURCE]);
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
  // What llama-completion says of the end.
  return parts.map((part) => part.replace(/ ?\[end of text\]\s*$/, '').trim());
}

function folderEntry(path: string): CpioEntry {
  return { path, type: 'directory', mode: 0o755 };
}
