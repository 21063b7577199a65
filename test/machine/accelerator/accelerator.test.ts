import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  keptVerdict,
  plainReason,
  resolveAccelerator,
} from '../../../src/machine/accelerator/accelerator.js';
import {
  peekVerdict,
  rememberVerdict,
} from '../../../src/machine/accelerator/accelerator-probe.js';
import type { AcceleratorContext } from '../../../src/machine/accelerator/accelerator.js';
import { defaultCpuModel } from '../../../src/machine/accelerator/cpu-model.js';
import { silencePlan } from '../../../src/machine/resolve-host.js';
import { HostFactsCache } from '../../../src/machine/qemu/host-facts-cache.js';
import { findQemu, parseAccelerator } from '../../../src/machine/machine.js';
import { qemuFacts } from '../../../src/machine/qemu/facts.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

/** What the aarch64 probe prints before it switches its machine off. */
const PROBE_PASSES = `process.stdout.write('zosia: probe\\n');`;

/** A macOS host of the guest's architecture; /dev/kvm plays no part there. */
async function mac(
  machine: string,
  changes: Partial<AcceleratorContext> = {},
  accelerators = ['tcg', 'hvf'],
) {
  const qemu = await makeFakeQemu(folder(), { accelerators, machine });
  const binary = await findQemu('aarch64', [folder()]);
  const cache = new HostFactsCache(join(folder(), 'cache'));
  const facts = await qemuFacts(binary, cache);
  const context: AcceleratorContext = {
    arch: 'aarch64',
    binary,
    facts,
    cache,
    hostPlatform: 'darwin',
    hostArch: 'arm64',
    ...changes,
  };
  const probes = async () => (await qemu.calls()).filter((args) => args.includes('-kernel'));
  return { context, probes };
}

describe('a verdict', () => {
  it('on machines that start firmware is not taken for one on others, nor kept in a dry run', async () => {
    const { context } = await mac(PROBE_PASSES);
    const firmware = { ...context, startsFirmware: true };
    await rememberVerdict('hvf', firmware, { usable: false, reason: 'the firmware is silent' });
    expect(await peekVerdict('hvf', firmware)).toMatchObject({ usable: false });
    expect(await peekVerdict('hvf', context)).toBeUndefined();
    const cache = new HostFactsCache(join(folder(), 'cache'), { isReadOnly: true });
    await rememberVerdict('hvf', { ...context, cache }, { usable: true });
    expect(await peekVerdict('hvf', context)).toBeUndefined();
    await rememberVerdict('hvf', context, { usable: true });
    expect(await peekVerdict('hvf', context)).toEqual({ usable: true });
    expect(await peekVerdict('hvf', firmware)).toMatchObject({ usable: false });
  });
});

describe('parseAccelerator', () => {
  it('accepts the names, with properties after a comma', () => {
    expect(parseAccelerator('auto')).toEqual({ name: 'auto' });
    expect(parseAccelerator('tcg,thread=single,tb-size=64')).toEqual({
      name: 'tcg',
      options: 'thread=single,tb-size=64',
    });
  });

  it.each(['', 'xen', 'KVM', 'auto,x=y', 'kvm '])('rejects %j', (text) => {
    expect(() => parseAccelerator(text)).toThrow(
      expect.objectContaining({
        code: 'ZOSIA_BAD_OPTION',
        message: expect.stringContaining(`"${text}"`) as string,
      }),
    );
  });
});

describe('plainReason', () => {
  it('replaces the last error of a dying QEMU by a reference to zosia doctor', () => {
    const words =
      'qemu-system-x86_64: ../../target/i386/kvm/kvm.c:3183: kvm_buf_set_msrs: Assertion ' +
      "`ret == cpu->kvm_msr_buf->nmsrs' failed.";
    expect(plainReason(words, 'kvm')).toBe(
      'QEMU fails with kvm here (zosia doctor prints its words)',
    );
    expect(plainReason('there is no /dev/kvm', 'kvm')).toBe('there is no /dev/kvm');
  });
});

describe('the accelerator auto', () => {
  it('uses an accelerator that completed the probe', async () => {
    const { context } = await mac(PROBE_PASSES);
    expect(await resolveAccelerator({ name: 'auto' }, context)).toEqual({ name: 'hvf' });
  });

  it('probes the machine that will run, with the host processor', async () => {
    const { context, probes } = await mac(PROBE_PASSES);
    await resolveAccelerator({ name: 'auto' }, context);
    const [probe] = await probes();
    expect(probe!.join(' ')).toContain('-machine virt -accel hvf -cpu host');
  });

  it.each([
    ['prints nothing', ''],
    ['prints the marker but fails', `${PROBE_PASSES} process.exitCode = 1;`],
    ['prints another marker', `process.stdout.write('zosia: prob\\n');`],
  ])('falls back to TCG with a reason when the probe %s', async (_, machine) => {
    const { context } = await mac(machine);
    const resolved = await resolveAccelerator({ name: 'auto' }, context);
    expect(resolved).toEqual({
      name: 'tcg',
      note: 'emulating the aarch64 processor (TCG): QEMU ended at once',
    });
  });

  it('includes the error message of QEMU', async () => {
    const { context } = await mac(
      `console.error('qemu: first\\nqemu: HV_DENIED'); process.exit(1);`,
    );
    const { note } = await resolveAccelerator({ name: 'auto' }, context);
    expect(note).toMatch(/: qemu: HV_DENIED$/);
  });

  it('ends a probe that hangs', async () => {
    const { context } = await mac(`${PROBE_PASSES} setInterval(() => {}, 1000);`);
    const { note } = await resolveAccelerator({ name: 'auto' }, context);
    expect(note).toMatch(/did not come to its end in \d+ s$/);
  });

  it('caches the result, good or bad', async () => {
    for (const machine of [PROBE_PASSES, '']) {
      const { context, probes } = await mac(machine);
      const first = await resolveAccelerator({ name: 'auto' }, context);
      const count = (await probes()).length;
      expect(await resolveAccelerator({ name: 'auto' }, context)).toEqual(first);
      expect(await probes()).toHaveLength(count);
    }
  });

  it('trusts a bad result for a day, and a good one until something changes', async () => {
    const age = async (hours: number) => {
      const kept = join(folder(), 'cache', 'machine');
      const then = new Date(Date.now() - hours * 3_600_000);
      for (const file of await readdir(kept)) await utimes(join(kept, file), then, then);
    };
    const bad = await mac('');
    await resolveAccelerator({ name: 'auto' }, bad.context);
    await age(23);
    await resolveAccelerator({ name: 'auto' }, bad.context);
    expect(await bad.probes()).toHaveLength(1);
    await age(25);
    await resolveAccelerator({ name: 'auto' }, bad.context);
    expect(await bad.probes()).toHaveLength(2);

    await age(25);
    const good = await mac(PROBE_PASSES, { binary: bad.context.binary });
    await resolveAccelerator({ name: 'auto' }, good.context);
    await age(100_000);
    expect(await resolveAccelerator({ name: 'auto' }, good.context)).toEqual({ name: 'hvf' });
    expect(await good.probes()).toHaveLength(3);
  });

  it('uses what a machine has found out since', async () => {
    const { context, probes } = await mac(PROBE_PASSES);
    const auto = () => resolveAccelerator({ name: 'auto' }, context);
    await auto();
    const options = 'kernel-irqchip=off';
    await rememberVerdict('hvf', context, { usable: true, options });
    expect(await auto()).toEqual({ name: 'hvf', options });
    expect(await resolveAccelerator({ name: 'hvf', options: 'x=y' }, context)).toEqual({
      name: 'hvf',
      options: 'x=y',
    });
    const plan = silencePlan({ accel: { name: 'auto' }, cpuModel: undefined }, 'hvf', context);
    await plan!.remember({ usable: false, reason: 'a machine said nothing in it for 15 s' });
    expect(await auto()).toEqual({
      name: 'tcg',
      note: 'emulating the aarch64 processor (TCG): a machine said nothing in it for 15 s',
    });
    expect(await probes()).toHaveLength(1);
  });

  it.each<[string, Partial<AcceleratorContext>, string[], RegExp]>([
    ['another architecture', { hostArch: 'x64' }, ['tcg', 'hvf'], /this host's processor is x64$/],
    ['an unknown architecture', { hostArch: 'riscv64' }, ['tcg', 'hvf'], /is riscv64$/],
    ['a QEMU without it', {}, ['tcg'], /built without hvf$/],
    ['another system', { hostPlatform: 'freebsd' }, ['tcg'], /this system has no accelerator$/],
  ])('runs no probe on %s', async (_, changes, accelerators, reason) => {
    const { context, probes } = await mac(PROBE_PASSES, changes, accelerators);
    const resolved = await resolveAccelerator({ name: 'auto' }, context);
    expect(resolved.name).toBe('tcg');
    expect(resolved.note).toMatch(reason);
    expect(await probes()).toEqual([]);
  });
});

describe('an accelerator asked for by name', () => {
  it('is used with its properties when it works', async () => {
    const { context } = await mac(PROBE_PASSES);
    const choice = { name: 'hvf', options: 'x=y' } as const;
    expect(await resolveAccelerator(choice, context)).toEqual(choice);
  });

  it('throws an error when it does not work', async () => {
    const { context } = await mac('');
    await expect(resolveAccelerator({ name: 'hvf' }, context)).rejects.toMatchObject({
      code: 'ZOSIA_ACCEL_UNUSABLE',
      message: 'hvf cannot be used: QEMU ended at once',
    });
  });

  it('is probed again after a bad result, not after a good one', async () => {
    const bad = await mac('');
    for (let i = 0; i < 2; i++) {
      await expect(resolveAccelerator({ name: 'hvf' }, bad.context)).rejects.toThrow();
    }
    expect(await bad.probes()).toHaveLength(2);
    // The same QEMU as far as anyone can tell, but now it works.
    const good = await mac(PROBE_PASSES, { binary: bad.context.binary });
    for (let i = 0; i < 2; i++) await resolveAccelerator({ name: 'hvf' }, good.context);
    expect(await good.probes()).toHaveLength(3);
  });

  it('needs no probe when it is TCG', async () => {
    const { context, probes } = await mac('');
    expect(await resolveAccelerator({ name: 'tcg' }, context)).toEqual({ name: 'tcg' });
    expect(await probes()).toEqual([]);
  });
});

describe('keptVerdict', () => {
  const MAC = { hostPlatform: 'darwin', hostArch: 'arm64' } as const;
  const kept = (changes = {}) =>
    keptVerdict(
      'aarch64',
      { searchPath: [folder()], cacheDirectory: join(folder(), 'cache') },
      { ...MAC, ...changes },
    );

  it.each([
    ['works', PROBE_PASSES, { usable: true }],
    ['does not', '', { usable: false, reason: 'QEMU ended at once' }],
  ])(
    'returns the result of the probe when it %s, and undefined before',
    async (_, machine, verdict) => {
      const { context, probes } = await mac(machine);
      expect(await kept()).toBeUndefined();
      expect(await probes()).toEqual([]);
      await resolveAccelerator({ name: 'auto' }, context);
      expect(await kept()).toEqual(verdict);
    },
  );

  it('reports at once that a host of another architecture cannot be used', async () => {
    expect(await kept({ hostArch: 'x64' })).toEqual({
      usable: false,
      reason: "this host's processor is x64",
    });
    expect(await kept({ hostPlatform: 'freebsd' })).toBeUndefined();
  });
});

describe('silencePlan', () => {
  it('ends with TCG unless an accelerator was requested by name', async () => {
    const { context } = await mac('');
    const cpuModelFor = (accel: 'auto' | 'hvf', cpuModel?: string) =>
      silencePlan({ accel: { name: accel }, cpuModel }, 'hvf', context)!.emulatedCpuModel;
    expect(cpuModelFor('auto')).toBe('neoverse-n1');
    expect(cpuModelFor('auto', 'host,pmu=off')).toBe('neoverse-n1');
    expect(cpuModelFor('auto', 'cortex-a57')).toBe('cortex-a57');
    expect(cpuModelFor('hvf')).toBeUndefined();
    const tcg = silencePlan({ accel: { name: 'tcg' }, cpuModel: undefined }, 'tcg', context);
    expect(tcg).toBeUndefined();
  });
});

describe('defaultCpuModel', () => {
  it.each([
    ['aarch64', 'tcg', [7, 2], 'neoverse-n1'],
    ['aarch64', 'tcg', [7, 1], 'neoverse-n1'],
    ['aarch64', 'tcg', [10, 0], 'neoverse-n1'],
    ['aarch64', 'tcg', [7, 0], 'cortex-a72'],
    ['aarch64', 'tcg', [6, 2], 'cortex-a72'],
    ['x86_64', 'tcg', [7, 2], 'qemu64,+rdrand'],
    ['aarch64', 'hvf', [9, 0], 'host'],
    ['x86_64', 'kvm', [7, 2], 'host'],
  ] as const)('on %s with %s of QEMU %j is %s', (arch, accelerator, version, model) => {
    expect(defaultCpuModel(arch, accelerator, version)).toBe(model);
  });
});
