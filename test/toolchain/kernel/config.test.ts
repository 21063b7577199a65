import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import {
  askedSymbols,
  formatConfig,
  parseConfig,
  unmetSymbols,
} from '../../../src/toolchain/kernel/config.js';
import { readKernelFragments } from '../../../src/toolchain/kernel/fragments.js';
import { KERNEL_CONFIG_DIRECTORY } from '../../../src/toolchain/sources.js';
import { zosiaError } from '../../support/errors.js';

const FILES = ['aarch64.config', 'common.config', 'hardware.config', 'x86_64.config'];

describe('kernel-config', () => {
  it('has a fragment for both architectures, one for each, and one for machines with a screen', async () => {
    const files = await readdir(KERNEL_CONFIG_DIRECTORY);
    expect(files.filter((name) => name.endsWith('.config')).sort()).toEqual(FILES);
  });

  it.each(FILES)('%s has a reason above each symbol, or group of symbols', async (name) => {
    const lines = (await readFile(join(KERNEL_CONFIG_DIRECTORY, name), 'utf8')).split('\n');
    const isSymbol = (line: string): boolean => /^(?:# )?CONFIG_/.test(line);
    lines.forEach((line, index) => {
      if (!isSymbol(line)) return;
      // An empty line ends a group, and a headline is no reason.
      const above = lines.slice(0, index).findLast((each) => !isSymbol(each));
      expect(above, line).toMatch(/^# (?!---)\S/);
    });
  });

  it.each(ARCHITECTURES)('says nothing twice for %s, and asks for no modules', async (arch) => {
    const hardware = join(KERNEL_CONFIG_DIRECTORY, 'hardware.config');
    const fragments = await readKernelFragments(arch, [hardware]);
    const names = fragments.flatMap(({ name, text }) => parseConfig(text, name).map((s) => s.name));
    expect(names).toHaveLength(new Set(names).size);
    expect(names).not.toContain('MODULES');
    expect(fragments.every(({ text }) => !/=m$/m.test(text))).toBe(true);
  });
});

it('hardware.config asks for all that makes a keyboard of a USB device', async () => {
  const path = join(KERNEL_CONFIG_DIRECTORY, 'hardware.config');
  const names = parseConfig(await readFile(path, 'utf8'), path).map(({ name }) => name);
  // allnoconfig switches off what is on by default: the controller's bus, and the driver of ordinary keyboards.
  expect(names).toEqual(
    expect.arrayContaining(['USB_PCI', 'USB_XHCI_PCI', 'USB_HID', 'HID_GENERIC']),
  );
});

describe('parseConfig', () => {
  const text =
    '# --- Base\nCONFIG_A=y\nCONFIG_B="text = more"\n# CONFIG_C is not set\n\nCONFIG_D=512\n';

  it('returns symbols with their values, and those that are not set as n', () => {
    expect(parseConfig(text, 'x')).toEqual([
      { name: 'A', value: 'y' },
      { name: 'B', value: '"text = more"' },
      { name: 'C', value: 'n' },
      { name: 'D', value: '512' },
    ]);
    expect(parseConfig(formatConfig(parseConfig(text, 'x')), 'x')).toEqual(parseConfig(text, 'x'));
  });

  it.each([
    ['CONFIG_A', 'line 1 is neither'],
    ['CONFIG_A=', 'line 1 is neither'],
    ['A=y', 'line 1 is neither'],
    ['CONFIG_A=y\n# CONFIG_A is not set', 'line 2 sets A again'],
  ])('rejects %j', (broken, message) => {
    expect(() => parseConfig(broken, 'mine.config')).toThrow(zosiaError('ZOSIA_KERNEL_CONFIG'));
    expect(() => parseConfig(broken, 'mine.config')).toThrow(`mine.config: ${message}`);
  });
});

describe('askedSymbols', () => {
  it('takes the last fragment that says something of a symbol', () => {
    const fragments = [
      { name: 'a', text: 'CONFIG_A=y\nCONFIG_B=y\n' },
      { name: 'b', text: '# CONFIG_A is not set\n' },
    ];
    expect(askedSymbols(fragments)).toEqual([
      { name: 'A', value: 'n' },
      { name: 'B', value: 'y' },
    ]);
  });
});

describe('unmetSymbols', () => {
  it('returns what a configuration dropped or changed, and not what it lacks when that is asked for', () => {
    const asked = parseConfig('CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=512\n# CONFIG_D is not set\n', 'x');
    const configured = parseConfig('CONFIG_A=y\nCONFIG_C=64\n', 'x');
    expect(unmetSymbols(asked, configured)).toEqual([
      { name: 'B', value: 'y', actual: 'n' },
      { name: 'C', value: '512', actual: '64' },
    ]);
  });
});
