import { copyFile, readFile, rename, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { GUESTS_OF_HOST_TESTS } from './instant/architectures.js';
import { InstantUser, answersOf, appendTo } from './instant/host.js';

const QUESTION = 'What is zosia?';
const ANSWER = 'boots straight into the model';
const STORY = 'Tell me a story about a fox';

describe.each(GUESTS_OF_HOST_TESTS)('a saved machine on %s', (arch) => {
  const folder = temporaryFolder();
  let user: InstantUser;
  beforeAll(async () => {
    user = new InstantUser(arch, folder.path);
    await user.prepare();
  });

  it.each(['kernel', 'initramfs'] as const)(
    'is another when its %s is, and as it was when that is as it was',
    async (file) => {
      const path = user.guest[file];
      const ask = async (): Promise<number> => {
        const { stdout, exitCode, stderr } = await user.askAsIs(QUESTION);
        expect(exitCode, stderr).toBe(0);
        expect(answersOf(stdout)).toContain(ANSWER);
        return (await user.saved()).length;
      };
      // It writes the disk.
      expect((await user.ask(QUESTION)).exitCode).toBe(0);
      const before = (await user.saved()).length;
      expect(await ask()).toBe(before);
      await copyFile(path, `${path}.before`);
      await appendTo(path, Buffer.alloc(512));
      expect(await ask()).toBe(before + 1);
      expect(await ask()).toBe(before + 1);
      await rename(`${path}.before`, path);
      expect(await ask()).toBe(before + 1);
      await user.expectNothingLeft();
    },
  );

  it('is thrown away when it is damaged, and saved anew', async () => {
    const before = await user.saved();
    const args = ['--temp', '0', '-n', '30'];
    expect((await user.ask(QUESTION, args)).exitCode).toBe(0);
    const keys = await user.saved();
    const key = keys.find((each) => !before.includes(each))!;
    const pathOf = (file: string): string => join(user.snapshots, key, file);
    for (const damage of [
      () => truncate(pathOf('state'), 1000),
      async () => truncate(pathOf('ram'), (await stat(pathOf('ram'))).size / 2),
      async () => {
        const bytes = await readFile(pathOf('state'));
        bytes[bytes.length >> 1]! ^= 1;
        await writeFile(pathOf('state'), bytes);
      },
    ]) {
      await damage();
      const { birthtimeMs } = await stat(pathOf('ram'));
      const { stdout, exitCode } = await user.ask(QUESTION, args);
      expect(exitCode).toBe(0);
      expect(answersOf(stdout)).toContain('zosia turns');
      // It is another machine's.
      expect((await stat(pathOf('ram'))).birthtimeMs).toBeGreaterThan(birthtimeMs);
    }
    expect(await user.saved()).toHaveLength(keys.length);
    await user.expectNothingLeft();
  });

  it('is another when the model is, though that is as long or as old', async () => {
    const before = (await user.saved()).length;
    const model = folder.file('model.gguf');
    await copyFile(EMBEDDED_MODEL, model);
    const old = await stat(model);
    const ask = async (): Promise<number> => {
      const { stdout } = await user.ask(QUESTION, ['--temp', '0'], model);
      expect(answersOf(stdout)).toContain(ANSWER);
      return (await user.saved()).length;
    };
    expect(await ask()).toBe(before + 1);
    await utimes(model, old.atime, new Date(1e12));
    expect(await ask()).toBe(before + 2);
    await writeFile(model, Buffer.concat([await readFile(model), Buffer.alloc(4096)]));
    await utimes(model, old.atime, new Date(1e12));
    expect(await ask()).toBe(before + 3);
    expect(await ask()).toBe(before + 3);
  });

  it('draws random numbers of its own each time it is woken, unless it has a seed', async () => {
    const drawn = ['--temp', '0.8', '-n', '40'];
    const seeded = [...drawn, '--seed', '7'];
    const tell = async (args: readonly string[]): Promise<string> =>
      answersOf((await user.ask(STORY, args)).stdout);
    await tell(drawn);
    expect(await tell(drawn)).not.toBe(await tell(drawn));
    const first = await tell(seeded);
    expect(first).toContain('fox');
    expect(await tell(seeded)).toBe(first);
  });
});
