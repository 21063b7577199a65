import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { WHERE_LINUX_RUNS, buildProgram } from './programs.js';

const BYTES = 92;
const ENTROPY = { at: 28, bytes: 64 };

describe('a wake message', WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    const parts = ['wake/wake', 'kernel/queue', 'text/text'];
    program = await buildProgram(folder.path, 'read_wake', parts);
  });

  async function read(message: Uint8Array): Promise<string[]> {
    const { stdout } = await execa(program, { input: message });
    return stdout.split('\n');
  }

  it('says the time, the window, who is there, and entropy', async () => {
    const messages = fc.record({
      seconds: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
      nanoseconds: fc.nat(999_999_999),
      rows: fc.nat(0xffff),
      columns: fc.nat(0xffff),
      flags: fc.nat(0xffff_ffff),
      entropy: fc.uint8Array({ minLength: ENTROPY.bytes, maxLength: ENTROPY.bytes }),
    });
    await fc.assert(
      fc.asyncProperty(messages, async (says) => {
        const message = Buffer.alloc(BYTES);
        message.write('zosiawk1', 'latin1');
        message.writeBigUInt64LE(says.seconds, 8);
        message.writeUInt32LE(says.nanoseconds, 16);
        message.writeUInt16LE(says.rows, 20);
        message.writeUInt16LE(says.columns, 22);
        message.writeUInt32LE(says.flags, 24);
        message.set(says.entropy, ENTROPY.at);
        expect(await read(message)).toEqual([
          `seconds ${says.seconds}`,
          `nanoseconds ${says.nanoseconds}`,
          `rows ${says.rows}`,
          `columns ${says.columns}`,
          `piped ${says.flags & 1}`,
          `session ${(says.flags >> 1) & 1}`,
          `entropy ${8 * ENTROPY.bytes} ${ENTROPY.bytes}`,
          ...Array.from(says.entropy, String),
        ]);
      }),
      { numRuns: 50 },
    );
  });

  it('is none when it begins otherwise, or is too short', async () => {
    const message = Buffer.alloc(BYTES);
    message.write('zosiawk1', 'latin1');
    for (let at = 0; at < 8; at++) {
      const other = Buffer.from(message);
      other[at]! ^= 0x20;
      expect(await read(other)).toEqual(['none']);
    }
    expect(await read(message.subarray(1))).toEqual(['too short']);
  });
});
