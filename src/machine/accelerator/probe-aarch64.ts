import { PROBE_ITERATIONS } from './machine-code.js';

/** The PL011's data register on QEMU's virt machine. */
const PL011_DATA = 0x0900_0000;
/** PSCI's SYSTEM_OFF (Arm DEN 0022), called with HVC because the guest starts at EL1. */
const PSCI_SYSTEM_OFF = 0x8400_0008;

const high = (value: number): number => value >>> 16;
const low = (value: number): number => value & 0xffff;

/**
 * A bare kernel image that runs {@link PROBE_ITERATIONS}, says so and switches the machine off. QEMU loads it like Linux: into
 * RAM, with a boot stub before it. Instructions: Arm Architecture Reference Manual (DDI 0487), C6.
 */
export function aarch64ProbeKernel(marker: string): Uint8Array {
  const instructions = (messageOffset: number): number[] => [
    0x52a0_0003 | (high(PROBE_ITERATIONS) << 5), // 00 movz w3, high(iterations), lsl 16
    0x7100_0463, //                                 04 count: subs w3, w3, 1
    0x54ff_ffe1, //                                 08 b.ne count
    0xd2a0_0000 | (high(PL011_DATA) << 5), //       0c movz x0, high(PL011_DATA), lsl 16
    0x1000_0001 | ((messageOffset - 0x10) << 3), // 10 adr x1, message
    0x3840_1422, //                                 14 next: ldrb w2, [x1], 1
    0x3400_0062, //                                 18 cbz w2, end
    0xb900_0002, //                                 1c str w2, [x0]
    0x17ff_fffd, //                                 20 b next
    0x5280_0000 | (low(PSCI_SYSTEM_OFF) << 5), //   24 end: movz w0, low(SYSTEM_OFF)
    0x72a0_0000 | (high(PSCI_SYSTEM_OFF) << 5), //  28 movk w0, high(SYSTEM_OFF), lsl 16
    0xd400_0002, //                                 2c hvc 0
    0x1400_0000, //                                 30 halt: b halt
  ];
  const messageOffset = instructions(0).length * 4;
  const message = Buffer.from(`${marker}\n\0`, 'latin1');
  const code = new Uint8Array(messageOffset + message.length);
  const view = new DataView(code.buffer);
  instructions(messageOffset).forEach((word, index) => {
    view.setUint32(index * 4, word, true);
  });
  code.set(message, messageOffset);
  return code;
}
