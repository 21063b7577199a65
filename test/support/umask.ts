import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the umask leaves of the permissions of a new file. */
export async function underUmask(mode: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'zosia-'));
  try {
    const path = join(folder, 'file');
    await writeFile(path, '', { mode });
    return (await stat(path)).mode & 0o777;
  } finally {
    await rm(folder, { recursive: true });
  }
}
