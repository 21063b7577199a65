import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildWatchedProgram } from './programs.js';

const folder = temporaryFolder();
const CLOCK = 'efi/firmware/clock.c';
const SCREEN = ['screen', 'screen_keys', 'serial', 'firmware'].map(
  (name) => `efi/firmware/${name}.c`,
);

describe('the text mode', () => {
  let program: string;
  beforeAll(async () => {
    program = await buildWatchedProgram(folder.path, 'use_screen', [...SCREEN, CLOCK], 'memory');
  });
  const modes = async (...args: string[]): Promise<string[]> =>
    (await execa(program, ['modes', ...args])).stdout.split('\n');
  const keys = async (...args: string[]): Promise<string> =>
    (await execa(program, ['keys', ...args])).stdout;

  it('becomes the one with the most room', async () => {
    const found = await modes('0=80x25', '1=80x50', '2=100x31', '3=160x42', '5=140x40');
    expect(found).toEqual(['tries 3', 'mode 3']);
  });

  it('stays where none has more', async () => {
    expect(await modes('0=80x25')).toEqual(['mode 0']);
    expect(await modes('0=100x31', '1=80x25')).toEqual(['mode 0']);
  });

  it('is the next best where the best cannot be set', async () => {
    const found = await modes('0=80x25', '1=unsettable:240x67', '2=100x31', '3=unsettable:200x60');
    expect(found).toEqual(['tries 1', 'tries 3', 'tries 2', 'mode 2']);
    expect(await modes('0=80x25', '1=unsettable:240x67')).toEqual(['tries 1', 'mode 0']);
  });

  it('is none that a terminal has fewer columns or rows than', async () => {
    expect(await modes('0=80x25', '1=70x100', '2=300x20')).toEqual(['mode 0']);
  });

  it('stays where the firmware has a terminal on the serial line among its consoles', async () => {
    expect(await modes('0=80x25', '1=160x42', 'serial')).toEqual(['mode 0']);
  });

  const [ctrl, right, alt, shift] = ['80000008', '80000004', '80000020', '80000001'];

  it('gives letters with Ctrl as control characters, whether the firmware translates them or not', async () => {
    expect(await keys('extended', `0:63:${ctrl}`, `0:43:${right}`, `0:3:${ctrl}`, '0:3:0')).toBe(
      '3 3 3 3 event 2',
    );
    expect(await keys('extended', `0:61:${ctrl}`, `0:77:${ctrl}`, `0:31:${ctrl}`)).toBe(
      '1 17 31 event 2',
    );
  });

  it('gives other keys as they are', async () => {
    // Ctrl and Alt together are AltGr, and a state that is not valid is none.
    const altGr = '80000024';
    expect(await keys('extended', `0:43:${shift}`, `0:65:${altGr}`, `0:e9:${ctrl}`, '0:63:8')).toBe(
      '43 65 e9 63 event 2',
    );
    expect(await keys('extended', `0:0:${ctrl}`, `0:0:${alt}`, '0:61:0')).toBe('61 event 2');
    expect(await keys('extended', '1:0:0', '17:0:0')).toMatch(/^key \w+ key \w+ event 2$/);
  });

  it('takes the plain protocol where there is no other, or where that does not work', async () => {
    expect(await keys('0:3:0', '0:61:80000008')).toBe('3 61 event 1');
    expect(await keys('unsupported', '0:3:0', '0:61:80000008')).toBe('3 61 event 1');
  });
});

describe('switching off', () => {
  it('says so where the machine stays on, and waits', async () => {
    const others = ['power', 'console', 'terminal'].map((name) => `efi/firmware/${name}.c`);
    const sources = [
      ...[...SCREEN, CLOCK, ...others, 'engine/terminal/terminal_keys.c', 'engine/base/text.c'],
      ...['shared/strings.c', 'shared/utf8.c'],
    ];
    const program = await buildWatchedProgram(folder.path, 'switch_off', sources, 'memory');
    const { stdout } = await execa(program);
    expect(stdout.split('\n')).toEqual([
      'reset 2 0 0',
      'zosia: the machine does not switch itself off: press its power button',
      ...Array<string>(3).fill('waits 1000000 us'),
    ]);
  });
});
