import { describe, expect, it } from 'vitest';
import { guestDied, howItEnded } from '../../../src/machine/qemu/process.js';

describe('howItEnded', () => {
  it.each([
    [{ exitCode: 1, stderr: 'qemu: first\nqemu: no memory\n' }, 'qemu: no memory'],
    [{ exitCode: 3, stderr: '' }, "QEMU's exit code is 3"],
    [{ signal: 'SIGKILL', stderr: '' }, 'QEMU was killed by SIGKILL'],
    [
      { signal: 'SIGABRT', stderr: 'Assertion failed\n' },
      'QEMU was killed by SIGABRT: Assertion failed',
    ],
    [{ signal: 'SIGSEGV' }, 'QEMU was killed by SIGSEGV'],
    [{}, 'QEMU could not be started'],
  ])('describes %j as %j', (end, words) => {
    expect(howItEnded(end)).toBe(words);
  });
});

describe('guestDied', () => {
  it('names the signal', () => {
    const error = guestDied({ signal: 'SIGKILL', stderr: '', consoleTail: 'zosia: init' });
    expect(error.message).toBe(
      'the machine ended before its guest did (QEMU was killed by SIGKILL)',
    );
  });
});
