import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootModeSpec, parseFacts, runBootMode } from '../../../src/machine/machine.js';
import type { BootModeOptions } from '../../../src/machine/machine.js';
import { zosiaError } from '../../support/errors.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { withEnoughTime } from '../support/processes.js';
import { PLAIN_SPEC } from '../support/specs.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

/** Boots a fake machine, which is the given JavaScript, in the diag mode. */
async function boot(machine: string, options: Partial<BootModeOptions> = {}) {
  const qemu = await makeFakeQemu(join(folder(), 'bin'), { machine });
  const spec = { ...PLAIN_SPEC, qemu: qemu.path };
  const result = await runBootMode(spec, { mode: 'diag', ...options });
  return { ...result, calls: await qemu.calls() };
}

describe('runBootMode', () => {
  it('passes the flag to the guest, and returns its status and its facts', async () => {
    const shown: string[] = [];
    const machine = `print('zosia: init\\r\\nzosia: cpus=2\\r\\n'); done(3);`;
    const { exitStatus, facts, consoleTail, calls } = await boot(machine, {
      onConsole: (bytes) => void shown.push(Buffer.from(bytes).toString()),
    });
    expect(exitStatus).toBe(3);
    expect(facts).toEqual({ cpus: '2' });
    expect(consoleTail).toBe('zosia: init\nzosia: cpus=2\nzosia: exit status=3');
    expect(shown.join('')).toBe('zosia: init\r\nzosia: cpus=2\r\nzosia: exit status=3\r\n');
    expect(calls.at(-1)!.at(-1)).toMatch(/ zosia\.diag=1$/);
  });

  it('keeps a fact of any length, but only the first megabyte of a guest that never stops', async () => {
    const machine = `print('zosia: long=' + 'x'.repeat(9000) + '\\n' + 'y'.repeat(3 << 20) +
      '\\nzosia: late=1\\n'); done(0);`;
    const { facts } = await boot(machine);
    expect(facts).toEqual({ long: 'x'.repeat(9000) });
  });

  it('ends a machine that exceeds its time limit, and reports the last lines of its console', async () => {
    const machine = `print('zosia: init\\nhanging\\n'); setInterval(() => {}, 1000);`;
    await expect(boot(machine, { timeoutSeconds: 1 })).rejects.toThrow(
      zosiaError('ZOSIA_GUEST_TIMEOUT'),
    );
  });

  it.each([
    ['hangs in its mode', 'zosia: diag', /did not answer within \d+ s/],
    ['does not know it', 'zosia: starting llama-cli', /has not begun with diag/],
  ])('reports a guest that %s', async (_, line, message) => {
    const printed = join(folder(), 'printed');
    const machine = `print('zosia: init\\n${line}\\n');
      writeFileSync(${JSON.stringify(printed)}, ''); setInterval(() => {}, 1000);`;
    await withEnoughTime(
      async (timeoutSeconds) => {
        await expect(boot(machine, { timeoutSeconds })).rejects.toThrow(message);
        expect(existsSync(printed)).toBe(true);
      },
      // What was printed may not have been read yet: the longest time decides.
      () => false,
    );
  });

  it('reports a machine that ends before its guest', async () => {
    await expect(boot(`print('zosia: init\\n'); process.exit(1);`)).rejects.toThrow(
      zosiaError('ZOSIA_GUEST_DIED'),
    );
  });
});

describe('bootModeSpec', () => {
  it('adds the flag to the arguments that are appended already', () => {
    expect(bootModeSpec({ ...PLAIN_SPEC, append: 'zosia.verbose' }, 'ci').append).toBe(
      'zosia.verbose zosia.ci=1',
    );
  });
});

describe('parseFacts', () => {
  it('finds facts among other output, whatever they contain', () => {
    const value = fc.string().filter((text) => !/[\r\n\u2028\u2029]/.test(text));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z][a-z_]{0,9}$/), value), (facts) => {
        const lines = Object.entries(facts).map(([name, text]) => `zosia: ${name}=${text}\r\n`);
        const console = `Booting zosia: no=1\r\n${lines.join('noise=1\n')}zosia: exit status=0\r\n`;
        expect(parseFacts(console)).toEqual({ ...facts });
      }),
    );
  });
});
