import { link, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { KERNEL_KINDS, defaultPlaces, guestFolder } from '../../../src/recipes/places.js';
import { systemErrorCode } from '../../../src/errors.js';
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
    ARCHITECTURES.flatMap((arch) =>
      KERNEL_KINDS.map((kernel) =>
        zosia(['image', 'initramfs', '--arch', arch, '--kernel', kernel], { cwd: folder }),
      ),
    ),
  );
  for (const { exitCode, stderr } of built) {
    if (exitCode !== 0) throw new Error(`zosia image initramfs failed:\n${stderr}`);
  }
  project.provide('guestsFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}

/**
 * Puts guests with each kernel into a folder, where `zosia` finds them up to date. Tests that show that they are built
 * when they are missing do without.
 */
export async function putGuests(
  folder: string,
  architectures: readonly Architecture[],
  places = defaultPlaces(folder),
): Promise<void> {
  const built = defaultPlaces(inject('guestsFolder'));
  for (const arch of architectures) {
    for (const kernel of KERNEL_KINDS) {
      const from = guestFolder(built, arch, kernel);
      const to = guestFolder(places, arch, kernel);
      await mkdir(to, { recursive: true });
      for (const entry of await readdir(from, { withFileTypes: true })) {
        // zosia puts a new file in the place of one that is there: it does not write into that.
        if (!entry.isFile()) continue;
        await link(join(from, entry.name), join(to, entry.name)).catch((error: unknown) => {
          if (systemErrorCode(error) !== 'EEXIST') throw error;
        });
      }
    }
  }
}
