import { constants } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { zosia } from '../../support/cli.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the guests of all architectures lie, as `zosia image initramfs` leaves them. */
    guestsFolder: string;
  }
}

/**
 * Builds the guests, once for all tests that boot them: it takes longer than most boots. Vitest calls
 * this before the tests (`globalSetup`).
 */
export default async function buildGuests(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'zosia-guests-'));
  const built = await Promise.all(
    ARCHITECTURES.map((arch) => zosia(['image', 'initramfs', '--arch', arch], { cwd: folder })),
  );
  for (const { exitCode, stderr } of built) {
    if (exitCode !== 0) throw new Error(`zosia image initramfs failed:\n${stderr}`);
  }
  project.provide('guestsFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}

/**
 * Puts guests into a folder, where `zosia` finds them up to date. Tests that show that they are built
 * when they are missing do without.
 */
export async function putGuests(
  folder: string,
  architectures: readonly Architecture[],
): Promise<void> {
  for (const arch of architectures) {
    const built = join('artifacts', arch);
    await cp(join(inject('guestsFolder'), built), join(folder, built), {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
    });
  }
}
