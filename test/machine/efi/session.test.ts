import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runEfiInteractive } from '../../../src/machine/machine.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { EFI_SPEC } from '../support/specs.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

/** Runs a machine on a console that is no terminal, with `input` in the pipe from the start. */
async function run(machine: string, input = '', spec = EFI_SPEC) {
  const { path } = await makeFakeQemu(folder(), { machine });
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const shown: Buffer[] = [];
  stdout.on('data', (bytes: Buffer) => shown.push(bytes));
  stdin.end(input);
  const io = { stdin, stdout, stderr: new PassThrough() };
  const { exitStatus } = await runEfiInteractive({ ...spec, qemu: path }, io);
  return { exitStatus, shown: Buffer.concat(shown).toString('utf8') };
}

/** Asks for lines, echoes them as a line editor does, and is busy for a while after each. */
const TALKS = `
let line = '', busy = false;
print('Type a text, or /help.\\r\\n> ');
process.stdin.on('data', (bytes) => {
  for (const letter of bytes.toString()) {
    if (busy) { print('LOST'); continue; }
    if (letter !== '\\n') { line += letter; print(letter); continue; }
    if (line === '/poweroff') { print('\\r\\n'); process.exit(0); }
    const text = line; line = ''; busy = true;
    print('\\r\\n');
    setTimeout(() => { print(text + '...\\r\\n'); busy = false; print('> '); }, 30);
  }
});`;

describe('runEfiInteractive on a pipe', () => {
  it.each([
    [`process.exit(1);`, /^The guest printed nothing: .* Check firmware, too\.$/],
    [
      `process.stdout.write('BdsDxe: failed\\n', () => process.exit(1));`,
      /^Check firmware, too\. The last lines of its console:\nBdsDxe: failed$/,
    ],
  ])('names the given firmware when the machine dies', async (machine, hint) => {
    const firmware = { ...EFI_SPEC.firmware, isNamed: true } as const;
    await expect(run(machine, '', { ...EFI_SPEC, firmware })).rejects.toMatchObject({
      hint: expect.stringMatching(hint) as string,
    });
  });

  it('sends a line at each prompt, and powers off at the end', async () => {
    expect(await run(TALKS, 'Once\n\nThe cat')).toEqual({
      exitStatus: 0,
      shown:
        'Type a text, or /help.\r\n> Once\r\nOnce...\r\n> \r\n...\r\n> The cat\r\nThe cat...\r\n> /poweroff\r\n',
    });
  });

  it('prints the text once, though its frames come over the same port', async () => {
    const machine = `process.stdout.write('Once\\x02 upon\\x03 upon\\r\\n\\x04', () => process.exit(0));`;
    expect((await run(machine)).shown).toBe('Once upon\r\n');
  });

  it.each([
    ['', 'Press any key to leave.', 0],
    ['', 'Hello from zosia, under UEFI. Press any key to leave.', 0],
    ['x\n'.repeat(1 << 17), 'Press any key to leave.', 0],
    ['', 'zosia: there is no model\\r\\nPress any key to leave.', 1],
  ])(
    'ends a machine that waits for a key when the input has ended',
    async (input, line, status) => {
      const machine = `process.stdout.write('${line}\\r\\n'); setInterval(() => {}, 1000);`;
      expect((await run(machine, input)).exitStatus).toBe(status);
    },
  );

  it('keeps a machine that waits for a key until the input ends', async () => {
    const machine = `process.stdout.write('Press any key to leave.\\r\\n');
      setInterval(() => {}, 1000);`;
    const { path } = await makeFakeQemu(folder(), { machine });
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    const io = { stdin, stdout, stderr: new PassThrough() };
    let hasEnded = false;
    const running = runEfiInteractive({ ...EFI_SPEC, qemu: path }, io).finally(() => {
      hasEnded = true;
    });
    await once(stdout, 'data');
    await delay(50);
    expect(hasEnded).toBe(false);
    stdin.end('y');
    expect((await running).exitStatus).toBe(0);
  });

  it('returns 1 for an error of the application, and throws when QEMU dies', async () => {
    const complains = `process.stdout.write('zosia: there is no model\\r\\n', () => process.exit(0));`;
    expect((await run(complains)).exitStatus).toBe(1);
    const dies = `console.error('qemu: no such firmware'); process.exit(1);`;
    await expect(run(dies)).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
      message: expect.stringContaining('no such firmware') as string,
      hint: expect.not.stringContaining('firmware') as string,
    });
  });
});
