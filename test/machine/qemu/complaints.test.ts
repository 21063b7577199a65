import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { knownComplaint } from '../../../src/machine/qemu/complaints.js';
import { PLATFORMS } from '../../../src/machine/qemu/platform.js';
import { describeWithPrograms } from '../../support/programs.js';

describe('knownComplaint', () => {
  it.each([
    ["unable to find CPU model 'foo'", 'QEMU knows no CPU model "foo"'],
    ["Invalid SMP CPUs 9999. The max CPUs supported by machine 'virt-7.2' is 512", 'at most 512'],
    [
      "Number of SMP CPUs requested (9) exceeds max CPUs supported by machine 'mach-virt' (8)",
      'at most 8',
    ],
    ['Address space limit 0xffffffffff < 0x3d0dffffffff phys-bits too low (40)', 'so much memory'],
    ['Addressing limited to 40 bits, but memory exceeds it by 1 bytes', 'so much memory'],
    ['Invalid CPU model: foo\nThe valid models are: cortex-a15', 'QEMU knows no CPU model "foo"'],
  ])('recognises: %s', (stderr, words) => {
    const warned = `qemu-system-x86_64: warning: something\nqemu-system-x86_64: ${stderr}\n`;
    expect(knownComplaint(warned)?.message).toContain(words);
  });

  it('returns other messages unchanged', () => {
    expect(knownComplaint('qemu-system-x86_64: could not load kernel')).toBeUndefined();
  });
});

describe.each(['aarch64', 'x86_64'] as const)("the error of this host's QEMU, %s", (arch) => {
  const { qemuProgram, machineType } = PLATFORMS[arch];
  describeWithPrograms([qemuProgram], qemuProgram, () => {
    it.each([
      [['-smp', '9999'], /cannot have 9999 processors: at most \d+$/],
      [['-cpu', 'no-such-model'], /no CPU model "no-such-model"|cannot have the processor/],
      [['-m', '999999999M'], /so much memory/],
    ])('for %j is recognised', async (args, message) => {
      const { stderr } = await execa(
        qemuProgram,
        [
          '-nodefaults',
          '-display',
          'none',
          '-machine',
          machineType,
          '-accel',
          'tcg',
          '-S',
          ...args,
        ],
        { reject: false, stdin: 'ignore', timeout: 60_000 },
      );
      expect(knownComplaint(stderr)?.message, stderr).toMatch(message);
    });
  });
});
