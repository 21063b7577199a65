import { describe, expect, it } from 'vitest';
import { zosiaError } from '../../support/errors.js';
import { linuxArguments } from '../../../src/machine/machine.js';
import type { LinuxMachineSpec } from '../../../src/machine/machine.js';
import { EFI_SPEC, PLAIN_SPEC } from '../support/specs.js';

const argv = (changes: Partial<LinuxMachineSpec> = {}) =>
  linuxArguments({ ...PLAIN_SPEC, ...changes });
const X86 = { arch: 'x86_64', cpuModel: 'qemu64,+rdrand' } as const;

/** The values that stand after an option, in order. */
function valuesOf(args: readonly string[], option: string): string[] {
  return args.flatMap((arg, index) => (arg === option ? [args[index + 1]!] : []));
}

describe('linuxArguments', () => {
  it('returns a complete aarch64 machine', () => {
    expect(argv({ sandbox: true, disk: { path: 'model.img', format: 'raw' }, append: 'debug' }))
      .toMatchInlineSnapshot(`
        [
          "-nodefaults",
          "-no-user-config",
          "-display",
          "none",
          "-nic",
          "none",
          "-no-reboot",
          "-sandbox",
          "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
          "-machine",
          "virt",
          "-accel",
          "tcg",
          "-cpu",
          "neoverse-n1",
          "-smp",
          "2",
          "-m",
          "640M",
          "-chardev",
          "stdio,id=console,signal=off",
          "-serial",
          "chardev:console",
          "-blockdev",
          "driver=file,node-name=model-file,read-only=on,filename=model.img",
          "-blockdev",
          "driver=raw,node-name=model,read-only=on,file=model-file",
          "-device",
          "virtio-blk-pci,drive=model",
          "-object",
          "rng-builtin,id=random",
          "-device",
          "virtio-rng-pci,rng=random",
          "-kernel",
          "Image",
          "-initrd",
          "initramfs.cpio",
          "-append",
          "console=ttyAMA0 quiet loglevel=3 panic=-1 cryptomgr.notests nowatchdog debug",
        ]
      `);
  });

  it('returns a complete x86_64 machine with ports', () => {
    expect(
      argv({
        ...X86,
        accel: { name: 'kvm' },
        cpuModel: 'host',
        disk: { path: 'model.vmdk', format: 'vmdk' },
        ports: ['zosia.control', 'zosia.server'],
      }),
    ).toMatchInlineSnapshot(`
      [
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
        "-nic",
        "none",
        "-no-reboot",
        "-machine",
        "q35",
        "-accel",
        "kvm",
        "-cpu",
        "host",
        "-smp",
        "2",
        "-m",
        "640M",
        "-chardev",
        "stdio,id=console,signal=off",
        "-serial",
        "chardev:console",
        "-chardev",
        "socket,id=qmp,fd=3",
        "-mon",
        "chardev=qmp,mode=control",
        "-device",
        "virtio-serial-pci",
        "-chardev",
        "socket,id=port0,fd=4",
        "-device",
        "virtserialport,chardev=port0,name=zosia.control",
        "-chardev",
        "socket,id=port1,fd=5",
        "-device",
        "virtserialport,chardev=port1,name=zosia.server",
        "-blockdev",
        "driver=file,node-name=model-file,read-only=on,filename=model.vmdk",
        "-blockdev",
        "driver=vmdk,node-name=model,read-only=on,file=model-file",
        "-device",
        "virtio-blk-pci,drive=model",
        "-object",
        "rng-builtin,id=random",
        "-device",
        "virtio-rng-pci,rng=random",
        "-kernel",
        "Image",
        "-initrd",
        "initramfs.cpio",
        "-append",
        "console=ttyS0 quiet loglevel=3 panic=-1 cryptomgr.notests nowatchdog no_timer_check random.trust_cpu=1",
      ]
    `);
  });

  it('returns only what is requested, for every combination', () => {
    const accelerators = [{ name: 'tcg' }, { name: 'kvm' }, { name: 'hvf' }] as const;
    const disks = [
      {},
      { disk: { path: 'd', format: 'raw' } },
      { disk: { path: 'd', format: 'vmdk' } },
    ];
    const consoles = [
      { console: { to: 'stdio' } },
      { console: { to: 'backend', backend: 'mon:stdio' } },
      { console: { to: 'file', path: 'log' } },
      { console: { to: 'stdio' }, ports: ['one'] },
    ];
    for (const arch of ['aarch64', 'x86_64'] as const) {
      for (const accel of accelerators) {
        for (const disk of disks as Partial<LinuxMachineSpec>[]) {
          for (const target of consoles as Partial<LinuxMachineSpec>[]) {
            for (const sandbox of [true, false]) {
              const args = argv({ arch, accel, sandbox, ...disk, ...target });
              for (const fixed of ['-nodefaults', '-no-user-config', '-no-reboot']) {
                expect(args.filter((arg) => arg === fixed)).toHaveLength(1);
              }
              expect(valuesOf(args, '-nic')).toEqual(['none']);
              expect(valuesOf(args, '-display')).toEqual(['none']);
              expect(valuesOf(args, '-accel')).toEqual([accel.name]);
              expect(valuesOf(args, '-sandbox')).toHaveLength(sandbox ? 1 : 0);
              expect(valuesOf(args, '-serial')).toHaveLength(1);
              expect(valuesOf(args, '-blockdev')).toHaveLength(disk.disk ? 2 : 0);
              for (const device of valuesOf(args, '-blockdev')) {
                expect(device).toContain('read-only=on');
              }
              expect(valuesOf(args, '-device')).toHaveLength(
                1 + (disk.disk ? 1 : 0) + (target.ports ? 2 : 0),
              );
              const onStdio = valuesOf(args, '-chardev').filter((text) => text.startsWith('stdio'));
              expect(onStdio.length).toBeLessThanOrEqual(1);
              expect(valuesOf(args, '-append')[0]).toMatch(
                arch === 'aarch64' ? /^console=ttyAMA0 / : /^console=ttyS0 /,
              );
            }
          }
        }
      }
    }
  });

  it('names the BIOS only where it is another than the usual one', () => {
    expect(valuesOf(argv({ ...X86, bios: 'qboot.rom' }), '-bios')).toEqual(['qboot.rom']);
    expect(argv(X86)).not.toContain('-bios');
  });

  it('ends QEMU together with zosia when QEMU supports that', () => {
    expect(valuesOf(argv({ exitWithParent: true }), '-run-with')).toEqual(['exit-with-parent=on']);
    expect(argv()).not.toContain('-run-with');
  });

  it('escapes commas and colons in paths', () => {
    const path = '/models/a,b: c,,d.img';
    expect(valuesOf(argv({ disk: { path, format: 'raw' } }), '-blockdev')[0]).toContain(
      'filename=/models/a,,b: c,,,,d.img',
    );
    const console = { to: 'file', path: '/tmp/a,b' } as const;
    expect(valuesOf(argv({ console }), '-chardev')).toEqual(['file,id=console,path=/tmp/a,,b']);
  });

  it('passes QEMU_SERIAL on', () => {
    const args = argv({ console: { to: 'backend', backend: 'mon:stdio' } });
    expect(valuesOf(args, '-serial')).toEqual(['mon:stdio']);
    expect(valuesOf(args, '-chardev')).toEqual([]);
  });

  it('keeps the properties of an accelerator', () => {
    const args = argv({ accel: { name: 'tcg', options: 'thread=single' } });
    expect(valuesOf(args, '-accel')).toEqual(['tcg,thread=single']);
  });

  it('changes the interrupt controller only when necessary', () => {
    expect(valuesOf(argv({ cpus: 8 }), '-machine')).toEqual(['virt']);
    expect(valuesOf(argv({ cpus: 9 }), '-machine')).toEqual(['virt,gic-version=max']);
    expect(valuesOf(argv({ ...X86, cpus: 9 }), '-machine')).toEqual(['q35']);
  });

  it.each([
    ['x86_64', 'tcg', true],
    ['x86_64', 'kvm', false],
    ['aarch64', 'tcg', false],
  ] as const)(
    'tells the speed of the delay loop where the kernel counts it: %s, %s',
    (arch, name, isTold) => {
      const args = argv({ ...(arch === 'x86_64' ? X86 : {}), accel: { name } });
      expect(/ lpj=\d+/.test(valuesOf(args, '-append')[0]!)).toBe(isTold);
    },
  );

  it('rejects a kernel command line that is longer than the kernel reads', () => {
    const withoutAppend = valuesOf(argv({}), '-append')[0]!.length + 1;
    const longest = 'x'.repeat(2047 - withoutAppend);
    expect(valuesOf(argv({ append: longest }), '-append')[0]).toHaveLength(2047);
    expect(() => argv({ append: `${longest}x` })).toThrow(
      zosiaError('ZOSIA_COMMAND_LINE_TOO_LONG'),
    );
    expect(() => argv({ append: `ä${'x'.repeat(longest.length - 1)}` })).toThrow('2048 bytes');
  });
});

describe('linuxArguments with firmware', () => {
  const firmware = EFI_SPEC.firmware;

  it('has its flash, and hands it kernel, initramfs and command line', () => {
    const args = argv({ ...X86, firmware });
    expect(valuesOf(args, '-drive')).toEqual([
      'if=pflash,unit=0,format=raw,readonly=on,file.driver=file,file.filename=/fw/code.fd',
      'if=pflash,unit=1,format=raw,snapshot=on,file.driver=file,file.filename=/fw/vars.fd',
    ]);
    expect(valuesOf(args, '-boot')).toEqual(['menu=on,splash-time=0']);
    const without = argv(X86);
    expect(args.slice(-6)).toEqual(without.slice(-6));
    expect(args.slice(-6, -5)).toEqual(['-kernel']);
    expect(without.filter((arg) => /pflash|-bios|-boot/.test(arg))).toEqual([]);
  });

  it('leaves room for what firmware adds to the command line', () => {
    const lineOf = (append: string) => valuesOf(argv({ append }), '-append')[0]!;
    const most = 2047 - lineOf('x').length + 1;
    expect(lineOf('x'.repeat(most))).toHaveLength(2047);
    expect(() => argv({ append: 'x'.repeat(most - 13), firmware })).toThrow(
      zosiaError('ZOSIA_COMMAND_LINE_TOO_LONG'),
    );
    expect(argv({ append: 'x'.repeat(most - 14), firmware })).toContain('-append');
  });
});
