import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemErrorCode } from '../../src/errors.js';
import { IS_COMPLETE_HOST, skipWhere } from '../support/skipping.js';
import { temporaryFolder } from '../support/temporary.js';
import { GUESTS_OF_HOST_TESTS } from './instant/architectures.js';
import { InstantUser, answersOf } from './instant/host.js';
import { SmallDisk } from './instant/small-disk.js';

const SESSION = ['--temp', '0', '--session', 'full'];

/** Room for the RAM of the built-in model's machine twice, and little more. */
const DISK_MIB = 400;

const isPossible = await SmallDisk.isPossible();

describe.each(GUESTS_OF_HOST_TESTS)(
  'a session whose disk is full on %s',
  skipWhere(!isPossible && !IS_COMPLETE_HOST, 'no user namespaces on this host'),
  (arch) => {
    const folder = temporaryFolder();
    let user: InstantUser;
    let disk: SmallDisk;
    beforeAll(async () => {
      user = new InstantUser(arch, folder.path);
      await user.prepare();
      await mkdir(user.sessions);
      disk = await SmallDisk.mount(user.sessions, DISK_MIB);
      user.runner = disk.runner(folder.path);
    });
    afterAll(() => {
      disk.unmount();
    });

    const states = async (): Promise<string[]> =>
      (await readdir(join(disk.path, 'full'))).filter((name) => name !== 'filler').sort();
    const filler = (): string => join(disk.path, 'filler');

    /** Leaves no room on the disk. */
    async function fill(): Promise<void> {
      const file = await open(filler(), 'w');
      try {
        const add = async (sizeBytes: number): Promise<boolean> => {
          try {
            await file.appendFile(Buffer.alloc(sizeBytes));
            return true;
          } catch (error) {
            if (systemErrorCode(error) === 'ENOSPC') return false;
            throw error;
          }
        };
        for (let size = 1 << 20; size >= 1; size >>= 1) while (await add(size));
      } finally {
        await file.close();
      }
    }

    it('is not kept when it is left, with a line that says so, and is as it was before', async () => {
      expect((await user.ask('What is zosia?', SESSION)).exitCode).toBe(0);
      expect(await states()).toEqual(['current', 'state-1']);

      const terminal = user.open(SESSION);
      try {
        await terminal.shows(/zosia\?[^]*\[\?2004h[^]*> $/);
        await fill();
        terminal.type('/poweroff\r');
        await terminal.shows(
          /error:\S* the session full is not kept: (?:its disk is full|no space left)[^]*hint:/,
        );
        expect(await terminal.ended()).toBe(1);
      } finally {
        terminal.kill();
      }
      expect(await states()).toEqual(['current', 'state-1']);
    });

    it('is not begun without room for what it may write, and is as it was before', async () => {
      const { stderr, exitCode } = await user.ask('/regen', SESSION);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^error: .*(?:no room|no space|free)[^]*^hint: /m);
      expect(await states()).toEqual(['current', 'state-1']);
    });

    it('goes on once there is room', async () => {
      await rm(filler());
      const { stdout, stderr, exitCode } = await user.ask('/regen', SESSION);
      expect(exitCode, stderr).toBe(0);
      expect(answersOf(stdout).split('boots straight into the model')).toHaveLength(3);
      expect(await states()).toEqual(['current', 'state-2']);
    });
  },
);
