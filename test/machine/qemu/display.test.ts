import { describe, expect, it } from 'vitest';
import { findWindow, parseDisplays } from '../../../src/machine/qemu/display.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

describe('findWindow', () => {
  it.each([
    ['linux', ['none', 'sdl', 'gtk'], 'gtk'],
    ['linux', ['none', 'sdl', 'curses'], 'sdl'],
    ['darwin', ['none', 'sdl', 'cocoa'], 'cocoa'],
    ['freebsd', ['none', 'sdl'], 'sdl'],
  ] as const)('returns on %s of %j %s', async (platform, displays, window) => {
    const { path } = await makeFakeQemu(folder(), { displays });
    expect(await findWindow(path, platform)).toBe(window);
  });

  it('throws when there is none', async () => {
    const { path } = await makeFakeQemu(folder(), { displays: ['none', 'curses', 'egl-headless'] });
    await expect(findWindow(path, 'linux')).rejects.toMatchObject({ code: 'ZOSIA_NO_DISPLAY' });
  });
});

describe('parseDisplays', () => {
  it('reads the list of QEMU 7.2', () => {
    const text = 'Available display backend types:\nnone\negl-headless\ncurses\n\n';
    expect(parseDisplays(text)).toEqual(['none', 'egl-headless', 'curses']);
  });
});
