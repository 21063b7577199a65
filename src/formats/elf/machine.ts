import { IDENT, MACHINES } from './layout.js';

/** e_machine, 16 bits, at the same place in files of 32 and of 64 bits. */
const MACHINE_OFFSET = 18;
/** What {@link elfMachine} looks at. */
export const ELF_MACHINE_BYTES = MACHINE_OFFSET + 2;

/** What an ELF file that begins with these bytes runs on; undefined for other files and other machines. */
export function elfMachine(head: Uint8Array): 'aarch64' | 'x86_64' | undefined {
  if (head.length < ELF_MACHINE_BYTES) return undefined;
  if (IDENT.magic.some((byte, index) => head[index] !== byte)) return undefined;
  return MACHINES.get(head[MACHINE_OFFSET]! + head[MACHINE_OFFSET + 1]! * 256);
}
