import { describe, expect, it } from 'vitest';
import { efiArguments } from '../../../src/machine/machine.js';
import { EFI_SPEC } from '../support/specs.js';

/** The values that stand after an option, in order. */
const valuesOf = (args: readonly string[], option: string): string[] =>
  args.flatMap((arg, index) => (arg === option ? [args[index + 1]!] : []));

describe('efiArguments', () => {
  it('returns a complete x86_64 machine', () => {
    expect(efiArguments({ ...EFI_SPEC, sandbox: true })).toMatchInlineSnapshot(`
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
        "q35",
        "-accel",
        "tcg",
        "-cpu",
        "qemu64,+rdrand",
        "-smp",
        "2",
        "-m",
        "512M",
        "-drive",
        "if=pflash,unit=0,format=raw,readonly=on,file.driver=file,file.filename=/fw/code.fd",
        "-drive",
        "if=pflash,unit=1,format=raw,snapshot=on,file.driver=file,file.filename=/fw/vars.fd",
        "-boot",
        "menu=on,splash-time=0",
        "-chardev",
        "stdio,id=console,signal=off",
        "-serial",
        "chardev:console",
        "-blockdev",
        "driver=file,node-name=model-file,read-only=on,filename=llama2-disk.img",
        "-blockdev",
        "driver=raw,node-name=model,read-only=on,file=model-file",
        "-device",
        "virtio-blk-pci,drive=model",
      ]
    `);
  });

  it('returns a complete aarch64 machine for a screenshot, with a log', () => {
    expect(
      efiArguments({
        ...EFI_SPEC,
        arch: 'aarch64',
        cpuModel: 'neoverse-n1',
        disk: { path: '/d/a,b.vmdk', format: 'vmdk' },
        firmware: {
          code: { path: '/fw/a,b.raw', format: 'raw' },
          variables: { path: '/fw/vars.qcow2', format: 'qcow2' },
        },
        screen: { on: 'memory' },
        isControlled: true,
        debugLog: '/log, too',
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
        "virt",
        "-accel",
        "tcg",
        "-cpu",
        "neoverse-n1",
        "-smp",
        "2",
        "-m",
        "512M",
        "-drive",
        "if=pflash,unit=0,format=raw,readonly=on,file.driver=file,file.filename=/fw/a,,b.raw",
        "-drive",
        "if=pflash,unit=1,format=qcow2,snapshot=on,file.driver=file,file.filename=/fw/vars.qcow2",
        "-boot",
        "menu=on,splash-time=0",
        "-chardev",
        "stdio,id=console,signal=off",
        "-serial",
        "chardev:console",
        "-device",
        "ramfb",
        "-chardev",
        "socket,id=control,fd=3",
        "-mon",
        "chardev=control,mode=control",
        "-no-shutdown",
        "-blockdev",
        "driver=file,node-name=model-file,read-only=on,filename=/d/a,,b.vmdk",
        "-blockdev",
        "driver=vmdk,node-name=model,read-only=on,file=model-file",
        "-device",
        "virtio-blk-pci,drive=model",
        "-d",
        "guest_errors",
        "-D",
        "/log, too",
      ]
    `);
  });

  it('opens a window with a keyboard, and allows the system calls that it needs', () => {
    const window = { screen: { on: 'window', display: 'gtk' }, sandbox: true } as const;
    const pc = efiArguments({ ...EFI_SPEC, ...window });
    expect(valuesOf(pc, '-display')).toEqual(['gtk']);
    expect(valuesOf(pc, '-sandbox')).toEqual(['on,obsolete=deny,elevateprivileges=deny']);
    expect(valuesOf(pc, '-device')).toEqual(['VGA,romfile=', 'virtio-blk-pci,drive=model']);
    const arm = efiArguments({ ...EFI_SPEC, arch: 'aarch64', ...window });
    expect(valuesOf(arm, '-device').slice(0, 3)).toEqual(['ramfb', 'qemu-xhci', 'usb-kbd']);
  });

  it('passes firmware without variables to QEMU as a plain file', () => {
    const firmware = { code: { path: '/fw/a,b.fd', format: 'raw' } } as const;
    const args = efiArguments({ ...EFI_SPEC, firmware });
    expect(valuesOf(args, '-bios')).toEqual(['/fw/a,b.fd']);
    expect(args).not.toContain('-drive');
  });

  it('passes firmware to HVF as a plain file, because a write to flash would end QEMU', () => {
    const on = (name: 'hvf' | 'kvm' | 'tcg', firmware = EFI_SPEC.firmware) =>
      efiArguments({ ...EFI_SPEC, accel: { name }, firmware });
    expect(valuesOf(on('hvf'), '-bios')).toEqual(['/fw/code.fd']);
    expect(on('hvf')).not.toContain('-drive');
    for (const name of ['kvm', 'tcg'] as const) {
      expect(valuesOf(on(name), '-drive')).toHaveLength(2);
      expect(on(name)).not.toContain('-bios');
    }
    const qcow2 = {
      code: { path: '/fw/code.qcow2', format: 'qcow2' },
      variables: { path: '/fw/vars.qcow2', format: 'qcow2' },
    } as const;
    expect(valuesOf(on('hvf', qcow2), '-drive')).toHaveLength(2);
  });

  it('leaves the serial port to the caller', () => {
    const console = { to: 'backend', backend: 'mon:stdio' } as const;
    expect(valuesOf(efiArguments({ ...EFI_SPEC, console }), '-serial')).toEqual(['mon:stdio']);
  });
});
