import { beforeAll, describe, expect, it } from 'vitest';
import { tellAtOnce } from '../boot/instant/copies.js';
import { InstantUser } from '../boot/instant/host.js';
import { temporaryFolder } from '../support/temporary.js';

describe('ten copies of a saved machine at once', () => {
  const folder = temporaryFolder();
  let user: InstantUser;
  beforeAll(async () => {
    user = new InstantUser('x86_64', folder.path);
    await user.prepare();
  });

  it('tell ten stories', async () => {
    expect((await tellAtOnce(user, 10)).size).toBe(10);
  });

  it('tell one story when they have one seed', async () => {
    expect((await tellAtOnce(user, 10, '--seed', '7')).size).toBe(1);
  });
});
