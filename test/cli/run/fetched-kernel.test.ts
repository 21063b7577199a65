import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { zosia } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();

// The bundle once had the word for the other file that is fetched, whichever it was.
it('a fetched kernel that was changed is called a kernel', async () => {
  const kernel = { name: 'bzImage', sizeBytes: 3, sha256: '0'.repeat(64) };
  const lock = { schema: 1, buildroot: { x86_64: { origin: 'output', kernel } } };
  await writeFile(folder.file('zosia.lock.json'), JSON.stringify(lock));
  const base = folder.file('artifacts/x86_64/base');
  await mkdir(base, { recursive: true });
  await writeFile(join(base, 'bzImage'), 'new');
  const { stderr } = await zosia(
    ['run', '--arch', 'x86_64', '--kernel', 'buildroot', '--initrd', 'none'],
    { cwd: folder.path },
  );
  expect(stderr).toContain('bzImage is not the kernel that zosia.lock.json pins');
});
