import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aarch64ProbeKernel } from '../../../src/machine/accelerator/probe-aarch64.js';
import { PROBE_ITERATIONS } from '../../../src/machine/accelerator/machine-code.js';
import { x86ProbeFirmware } from '../../../src/machine/accelerator/probe-x86.js';
import { temporaryFolder } from '../support/temporary.js';
import { skipWhere } from '../../support/skipping.js';

const folder = temporaryFolder();

function hasCompiler(): boolean {
  try {
    execFileSync('clang', ['--version'], { stdio: 'ignore' });
    execFileSync('ld.lld', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What clang's assembler makes of a source, as bytes that lie at `address`. */
async function assembled(target: string, source: string, address: number): Promise<Buffer> {
  const [from, object, binary] = ['p.s', 'p.o', 'p.bin'].map((name) => join(folder(), name));
  await writeFile(from!, source);
  execFileSync('clang', [`--target=${target}`, '-c', '-o', object!, from!]);
  const place = `0x${address.toString(16)}`;
  const link = ['--oformat=binary', '-Ttext', place, '-e', place, '-o', binary!, object!];
  execFileSync('ld.lld', link);
  return readFile(binary!);
}

describe('the probe as assembled by clang', skipWhere(!hasCompiler(), 'no clang here'), () => {
  it('has the same bytes for x86', async () => {
    const source = `
.intel_syntax noprefix
.code16
  cli
  .byte 0x2e, 0x66, 0x0f, 0x01, 0x16 # lgdt cs:[table], with an address of 16 bits
  .word table - 0xffff0000
  mov eax, cr0
  or al, 1
  mov cr0, eax
  .byte 0x66, 0xea
  .long protected
  .word 8
.code32
protected:
  mov eax, 0x10
  mov ds, eax
  mov dword ptr [0x1000], 0x2003
  mov dword ptr [0x2018], 0x3003
  mov dword ptr [0x3ff8], 0xffe00083
  mov eax, 0x1000
  mov cr3, eax
  mov eax, cr4
  or al, 0x20
  mov cr4, eax
  mov ecx, 0xc0000080
  rdmsr
  or eax, 0x100
  wrmsr
  mov eax, cr0
  or eax, 0x80000000
  mov cr0, eax
  .byte 0xea
  .long long
  .word 0x18
.code64
long:
  mov ecx, ${PROBE_ITERATIONS}
count:
  dec ecx
  jnz count
  mov esi, offset message
next:
  lodsb
  test al, al
  jz end
  mov ah, al
  mov dx, 0x3fd
wait_empty:
  in al, dx
  test al, 0x20
  jz wait_empty
  mov al, ah
  mov dx, 0x3f8
  out dx, al
  jmp next
end:
  mov al, 0x2a
  out 0xf4, al
halt:
  hlt
  jmp halt
message:
  .asciz "marker\\n"
gdt:
  .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00af9b000000ffff
table:
  .word 31
  .long gdt
`;
    const program = await assembled('x86_64-linux-gnu', source, 0xffff_0000);
    const firmware = Buffer.from(x86ProbeFirmware('marker'));
    expect(firmware).toHaveLength(0x1_0000);
    expect(firmware.subarray(0, program.length).toString('hex')).toBe(program.toString('hex'));
    // At the reset vector: jmp to the first byte, 0xfff3 bytes back.
    expect([...firmware.subarray(-16, -13)]).toEqual([0xe9, 0x0d, 0x00]);
    const between = firmware.subarray(program.length, -16);
    expect(between.every((byte) => byte === 0)).toBe(true);
  });

  it('has the same bytes for aarch64', async () => {
    const source = `
  movz w3, #${PROBE_ITERATIONS >>> 16}, lsl #16
count:
  subs w3, w3, #1
  b.ne count
  movz x0, #0x0900, lsl #16
  adr x1, message
next:
  ldrb w2, [x1], #1
  cbz w2, end
  str w2, [x0]
  b next
end:
  movz w0, #0x0008
  movk w0, #0x8400, lsl #16
  hvc #0
halt:
  b halt
message:
  .asciz "marker\\n"
`;
    const program = await assembled('aarch64-linux-gnu', source, 0x4008_0000);
    expect(Buffer.from(aarch64ProbeKernel('marker')).toString('hex')).toBe(program.toString('hex'));
  });
});
