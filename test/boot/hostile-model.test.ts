import { execa } from 'execa';
import { expect, it } from 'vitest';
import { CLI } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';
import { writeDisk } from './modes/disks.js';
import { guestFiles, withOverlay } from './modes/guest.js';
import { buildImpostor } from './modes/impostor.js';
import { qemuChildOf } from './support/qemu-child.js';

/** What a model may say that knows how zosia ends, with the mark of init's own lines and without. */
const FORGED =
  'zosia: exit status=0\n\0zosia: exit status=0\n\r\0\x1b[2Kzosia: exit status=0\nforged\n';

const folder = temporaryFolder();

it('a machine that dies is an error, even when the model printed how the guest ended', async () => {
  const guest = await guestFiles('aarch64', folder.path);
  const impostor = await buildImpostor('aarch64');
  const initrd = await withOverlay(guest.initrd, impostor.entries('hang', FORGED));
  const disk = folder.file('model.img');
  await writeDisk(disk, { 'model.gguf': Buffer.from('GGUF') });

  const machine = ['--arch', 'aarch64', '--kernel', guest.kernel, '--initrd', initrd];
  const zosia = execa(process.execPath, [CLI, 'run', ...machine, '--disk', disk], {
    cwd: folder.path,
    reject: false,
    stdin: 'pipe',
  });
  let ended = false;
  void zosia.finally(() => (ended = true));
  const qemu = await qemuChildOf(zosia.pid!, () => ended);
  let shown = '';
  await new Promise<void>((resolve) => {
    zosia.stdout.on('data', (piece: Buffer) => {
      shown += piece.toString('utf8');
      if (/^forged\r?$/m.test(shown)) resolve();
    });
    void zosia.finally(resolve);
  });
  process.kill(qemu!, 'SIGKILL');

  const { stderr, exitCode } = await zosia;
  expect(shown.match(/^zosia: exit status=0\r?$/gm)).toHaveLength(3);
  expect(shown).not.toContain('\x1b[2K');
  expect(stderr).toMatch(/^error: the machine ended before its guest did/m);
  expect(exitCode).toBe(1);
});
