import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openBrowser } from '../../../src/cli/serve/open-browser.js';
import { temporaryFolder } from '../../support/temporary.js';

const URL = 'http://127.0.0.1:9931';

describe('openBrowser', () => {
  const folder = temporaryFolder();
  let count = 0;
  let programs: string;
  let said: string;
  beforeEach(async () => {
    programs = folder.file(`programs ${++count}`);
    await mkdir(programs);
    said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    return () => {
      vi.restoreAllMocks();
    };
  });
  const put = (name: string, script: string) =>
    writeFile(`${programs}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });

  it.each([
    ['linux', 'xdg-open'],
    ['darwin', 'open'],
  ] as const)('gives the URL to what %s has for that', async (platform, name) => {
    const opened = folder.file(`opened by ${name}`);
    await put(name, `echo "$*" > '${opened}'`);
    await openBrowser(URL, platform, [programs]);
    expect(await readFile(opened, 'utf8')).toBe(`${URL}\n`);
    expect(said).toBe('');
  });

  it.each([
    ['there is nothing that could', 'linux', 'x-www-browser', 'exit 0'],
    ['what could has failed', 'linux', 'xdg-open', 'exit 1'],
    ['the platform is not known', 'win32', 'xdg-open', 'exit 0'],
  ] as const)('says so where %s', async (_, platform, name, script) => {
    await put(name, script);
    await openBrowser(URL, platform, [programs]);
    expect(said).toBe(`zosia: no browser could be opened: open ${URL} yourself\n`);
  });
});
