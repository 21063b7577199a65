import { PROBE_ITERATIONS, assemble, dword } from './machine-code.js';
import type { CodeItem } from './machine-code.js';

/** QEMU wants firmware in whole 64 KiB; it ends where the first 4 GiB do. */
const FIRMWARE_BYTES = 0x1_0000;
const FIRMWARE_ADDRESS = 0x1_0000_0000 - FIRMWARE_BYTES;
/** Where the processor starts, in real mode with CS based at the firmware's last 64 KiB. */
const RESET_VECTOR = FIRMWARE_BYTES - 16;

const UART_DATA_PORT = 0x3f8;
const UART_LINE_STATUS_PORT = UART_DATA_PORT + 5;
const TRANSMITTER_EMPTY = 0x20;

/** isa-debug-exit ends QEMU with the exit code `value << 1 | 1`. */
const DEBUG_EXIT_PORT = 0xf4;
const DEBUG_EXIT_VALUE = 0x2a;

/** Selectors of the descriptor table below. */
const CODE_32 = 0x08;
const DATA_32 = 0x10;
const CODE_64 = 0x18;

/** Page tables in low memory, which is all zeros at first: one level each. */
const PML4_ADDRESS = 0x1000;
const PDPT_ADDRESS = 0x2000;
const PAGE_DIRECTORY_ADDRESS = 0x3000;
const PRESENT_WRITABLE = 0x03;
const LARGE_PAGE = 0x80;
/** The last 2 MiB below 4 GiB, where the firmware is, mapped to themselves. */
const LAST_LARGE_PAGE = 0xffe0_0000;

const CR4_PAE = 0x20;
const EFER = 0xc000_0080;
const EFER_LONG_MODE = 0x100;
const CR0_PAGING = 0x8000_0000;

const label = (name: string): CodeItem => ({ label: name });
const near = (name: string): CodeItem => ({ near: name });
const address16 = (name: string): CodeItem => ({ address16: name });
const address32 = (name: string): CodeItem => ({ address32: name });
const port = (value: number): number[] => [value & 0xff, value >> 8];

/** mov dword [address], value */
const store = (address: number, value: number): number[] => [
  0xc7,
  0x05,
  ...dword(address),
  ...dword(value),
];

/**
 * Firmware that goes from real mode through protected mode into 64-bit mode with paging on, as every
 * kernel does, runs {@link PROBE_ITERATIONS} there, and says so.
 * Instructions and descriptors: Intel SDM volumes 2 and 3A.
 */
export function x86ProbeFirmware(marker: string): Uint8Array {
  const program: (CodeItem | readonly CodeItem[])[] = [
    // Real mode.
    [0xfa], //                                        cli
    [0x2e, 0x66, 0x0f, 0x01, 0x16], //                lgdt cs:[table]
    address16('descriptor table register'),
    [0x0f, 0x20, 0xc0], //                            mov eax, cr0
    [0x0c, 0x01], //                                  or al, 1: protected mode
    [0x0f, 0x22, 0xc0], //                            mov cr0, eax
    [0x66, 0xea], //                                  jmp CODE_32:protected
    address32('protected'),
    [CODE_32, 0],

    label('protected'),
    [0xb8, ...dword(DATA_32)], //                     mov eax, DATA_32
    [0x8e, 0xd8], //                                  mov ds, eax
    store(PML4_ADDRESS, PDPT_ADDRESS | PRESENT_WRITABLE),
    store(PDPT_ADDRESS + 3 * 8, PAGE_DIRECTORY_ADDRESS | PRESENT_WRITABLE),
    store(PAGE_DIRECTORY_ADDRESS + 511 * 8, LAST_LARGE_PAGE | LARGE_PAGE | PRESENT_WRITABLE),
    [0xb8, ...dword(PML4_ADDRESS)], //                mov eax, PML4
    [0x0f, 0x22, 0xd8], //                            mov cr3, eax
    [0x0f, 0x20, 0xe0], //                            mov eax, cr4
    [0x0c, CR4_PAE], //                               or al, PAE
    [0x0f, 0x22, 0xe0], //                            mov cr4, eax
    [0xb9, ...dword(EFER)], //                        mov ecx, EFER
    [0x0f, 0x32], //                                  rdmsr
    [0x0d, ...dword(EFER_LONG_MODE)], //              or eax, LME
    [0x0f, 0x30], //                                  wrmsr
    [0x0f, 0x20, 0xc0], //                            mov eax, cr0
    [0x0d, ...dword(CR0_PAGING)], //                  or eax, PG
    [0x0f, 0x22, 0xc0], //                            mov cr0, eax
    [0xea], //                                        jmp CODE_64:long
    address32('long'),
    [CODE_64, 0],

    label('long'),
    [0xb9, ...dword(PROBE_ITERATIONS)], //            mov ecx, iterations
    label('count'),
    [0xff, 0xc9], //                                  dec ecx
    [0x75], //                                        jnz count
    near('count'),
    [0xbe], //                                        mov esi, message
    address32('message'),
    label('next'),
    [0xac], //                                        lodsb
    [0x84, 0xc0], //                                  test al, al
    [0x74], //                                        jz end
    near('end'),
    [0x88, 0xc4], //                                  mov ah, al
    [0x66, 0xba, ...port(UART_LINE_STATUS_PORT)], //  mov dx, line status
    label('wait'),
    [0xec], //                                        in al, dx
    [0xa8, TRANSMITTER_EMPTY], //                     test al, empty
    [0x74], //                                        jz wait
    near('wait'),
    [0x88, 0xe0], //                                  mov al, ah
    [0x66, 0xba, ...port(UART_DATA_PORT)], //         mov dx, data
    [0xee], //                                        out dx, al
    [0xeb], //                                        jmp next
    near('next'),
    label('end'),
    [0xb0, DEBUG_EXIT_VALUE], //                      mov al, value
    [0xe6, DEBUG_EXIT_PORT], //                       out exit, al
    label('halt'),
    [0xf4], //                                        hlt
    [0xeb], //                                        jmp halt
    near('halt'),

    label('message'),
    [...Buffer.from(`${marker}\n\0`, 'latin1')],

    // Flat segments over all 4 GiB; present, ring 0, already marked as accessed.
    label('descriptor table'),
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0],
    [0xff, 0xff, 0, 0, 0, 0x93, 0xcf, 0],
    [0xff, 0xff, 0, 0, 0, 0x9b, 0xaf, 0],
    label('descriptor table register'),
    [4 * 8 - 1, 0],
    address32('descriptor table'),
  ];
  const firmware = new Uint8Array(FIRMWARE_BYTES);
  firmware.set(assemble(FIRMWARE_ADDRESS, program.flat()));
  // jmp to the firmware's first byte: a 16-bit distance from the end of these three bytes.
  const distance = FIRMWARE_BYTES - (RESET_VECTOR + 3);
  firmware.set([0xe9, distance & 0xff, distance >> 8], RESET_VECTOR);
  return firmware;
}

export const X86_PROBE_EXIT_CODE = (DEBUG_EXIT_VALUE << 1) | 1;

export const X86_PROBE_EXIT_DEVICE = `isa-debug-exit,iobase=${DEBUG_EXIT_PORT},iosize=1`;
