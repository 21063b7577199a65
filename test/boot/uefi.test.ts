import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES, hostArchitecture } from '../../src/artifacts/architectures.js';
import { zosia } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';
import { putGuests } from './support/guests.js';

const ANSWER = 'zosia turns a language model into a machine';

describe('the Linux guest, started by UEFI firmware', () => {
  const folder = temporaryFolder();
  beforeAll(() => putGuests(folder.path, ARCHITECTURES));
  const asked = ['-n', '40', '--temp', '0'];

  it('chats, and the firmware clears no screen', async () => {
    const args = ['up', '--append', 'loglevel=7', ...asked];
    const { stdout, stderr, exitCode } = await zosia(args, {
      ...{ cwd: folder.path, input: 'What is zosia?\n', env: { ZOSIA_USE_UEFI: '1' } },
    });
    expect(exitCode, stderr).toBe(0);
    // The kernel itself says that firmware has started it; loglevel=7 has it say so on the console.
    expect(stdout).toMatch(/^\[ +0\.\d+\] [^]*\] efi: EFI v\d/);
    for (const theirs of ['\u001b[2J', '\u001b[01;01H', '\u001b[=3h', 'UEFI firmware (']) {
      expect(stdout).not.toContain(theirs);
    }
    expect(stdout).toContain(ANSWER);
  });

  it('answers a prompt on the other architecture', async () => {
    const arch = ARCHITECTURES.find((each) => each !== hostArchitecture())!;
    const args = ['up', '--uefi', '--arch', arch, '--prompt', 'What is zosia?', ...asked];
    const { stdout, stderr, exitCode } = await zosia(args, { cwd: folder.path });
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${ANSWER}[^\u001b]*\n$`));
  });
});
