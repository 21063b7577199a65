import type { Architecture } from '../../../src/artifacts/architectures.js';
import { assemble, dword } from '../../../src/machine/accelerator/machine-code.js';
import type { CodeItem } from '../../../src/machine/accelerator/machine-code.js';
import { aarch64ProbeKernel } from '../../../src/machine/accelerator/probe-aarch64.js';

/** A kernel that prints a text on the serial console and switches the machine off. */
export function tinyKernel(arch: Architecture, text: string): Uint8Array {
  return arch === 'aarch64' ? aarch64ProbeKernel(text) : multibootKernel(text);
}

/** A kernel that does nothing, for ever. */
export function endlessKernel(arch: Architecture): Uint8Array {
  return arch === 'aarch64'
    ? Uint8Array.from(dword(0x1400_0000)) // b to itself
    : multiboot([0xeb, 0xfe]); // jmp to itself
}

const MULTIBOOT_MAGIC = 0x1bad_b002;
/** The header tells where to load the file: it is no ELF (Multiboot 0.6.96, 3.1.1). */
const ADDRESSES_GIVEN = 1 << 16;
const LOAD_ADDRESS = 0x10_0000;

/** PM1a control on q35, where SeaBIOS puts it; this value is sleep enable with type S5. */
const PM1A_CONTROL_PORT = 0x604;
const SOFT_OFF = 0x2000;

function multibootKernel(text: string): Uint8Array {
  return multiboot([
    ...[0xbe, { address32: 'text' }], //           mov esi, text
    ...[0x66, 0xba, 0xf8, 0x03], //                mov dx, 0x3f8
    { label: 'next' },
    ...[0xac, 0x84, 0xc0], //                      lodsb; test al, al
    ...[0x74, { near: 'off' }], //                 jz off
    ...[0xee, 0xeb, { near: 'next' }], //          out dx, al; jmp next
    { label: 'off' },
    ...[0x66, 0xba, PM1A_CONTROL_PORT & 0xff, PM1A_CONTROL_PORT >> 8], // mov dx, PM1a
    ...[0x66, 0xb8, SOFT_OFF & 0xff, SOFT_OFF >> 8], // mov ax, soft off
    ...[0x66, 0xef], //                            out dx, ax
    { label: 'halt' },
    ...[0xf4, 0xeb, { near: 'halt' }], //          hlt; jmp halt
    { label: 'text' },
    ...Buffer.from(`${text}\n\0`),
  ]);
}

function multiboot(program: readonly CodeItem[]): Uint8Array {
  return assemble(LOAD_ADDRESS, [
    ...dword(MULTIBOOT_MAGIC),
    ...dword(ADDRESSES_GIVEN),
    ...dword(-(MULTIBOOT_MAGIC + ADDRESSES_GIVEN) >>> 0),
    ...dword(LOAD_ADDRESS), // of this header
    ...dword(LOAD_ADDRESS), // of the first byte
    { address32: 'end' }, // of the data
    { address32: 'end' }, // of the bss
    { address32: 'entry' },
    { label: 'entry' },
    ...program,
    { label: 'end' },
  ]);
}
