import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessImage } from '../../../src/image/access-image.js';
import { hostRange } from '../../../src/inspect/map/host.js';
import { mapImage } from '../../../src/inspect/map/image.js';
import { readPageScript } from '../../../src/inspect/page-script.js';
import { mapPage } from '../../../src/inspect/page/page.js';
import { file as fatFile } from '../../formats/fat/layouts.js';
import { CHROMIUM, ChromiumPage } from '../../support/chromium.js';
import { skipWhere } from '../../support/skipping.js';
import { temporaryFolder } from '../../support/temporary.js';
import { espDisk } from '../samples.js';

const HOSTILE = '/<img src=x onerror=alert(1)>';

/** Texts and colours of the page as the browser has them. */
const TITLE = `document.querySelector('#details h2').textContent`;
const WINDOW = `getComputedStyle(document.getElementById('window')).width`;
const FOUND = `document.getElementById('found').textContent`;
const BACKGROUND = `getComputedStyle(document.body).backgroundColor`;

describe('the page in Chromium', skipWhere(CHROMIUM === undefined, 'there is no Chromium'), () => {
  const folder = temporaryFolder();
  let page: ChromiumPage;
  let url: string;

  beforeAll(async () => {
    const disk = espDisk([fatFile('/kernel', Buffer.alloc(300_000, 1)), fatFile('/small', 'a')]);
    const contents = await mapImage(accessImage(disk));
    const hostile = { ...contents, name: HOSTILE };
    const extents = [{ offset: 0, length: disk.sizeBytes - 512, path: HOSTILE, fileOffset: 7 }];
    const html = mapPage({
      title: HOSTILE,
      contents: hostile,
      script: await readPageScript(),
      host: hostRange(extents, disk.sizeBytes),
    });
    await writeFile(folder.file('map.html'), html);
    url = pathToFileURL(folder.file('map.html')).href;
    page = await ChromiumPage.start(CHROMIUM!);
  });
  afterAll(async () => {
    await page.close();
  });

  it.each([
    [1280, 'light'],
    [420, 'dark'],
  ] as const)('fits a window of %i pixels in the %s colour scheme', async (width, scheme) => {
    await page.emulate(width, scheme);
    await page.open(url);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await page.evaluate(BACKGROUND)).toBe(
      scheme === 'light' ? 'rgb(246, 247, 248)' : 'rgb(16, 20, 24)',
    );
    expect(await page.evaluate(`document.querySelectorAll('#rows .row').length`)).toBe(5);
  });

  it('selects, zooms in and zooms out with the keyboard', async () => {
    await page.emulate(1280);
    await page.open(url);
    expect(await page.evaluate(TITLE)).toBe(HOSTILE);
    const whole = await page.evaluate(WINDOW);
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.press(key);
    expect(await page.evaluate(TITLE)).toBe('clusters');
    await page.press('Enter');
    const zoomed = Number.parseFloat(await page.evaluate<string>(WINDOW));
    expect(zoomed).toBeLessThan(Number.parseFloat(whole as string));
    await page.press('ArrowUp');
    expect(await page.evaluate(TITLE)).toBe('ESP');
    await page.press('0');
    expect(await page.evaluate(WINDOW)).toBe(whole);
  });

  it('searches for a name, marks the match and selects it', async () => {
    await page.open(url);
    await page.press('/');
    await page.type('/kernel');
    expect(await page.evaluate(FOUND)).toBe('1 found');
    await page.press('Enter');
    expect(await page.evaluate(TITLE)).toBe('/kernel');
    expect(await page.evaluate(`document.querySelectorAll('.cell.match').length`)).toBe(1);
    await page.press('Escape');
    expect(await page.evaluate(FOUND)).toBe('');
  });

  it('shows which host file holds the bytes, and where there is a hole', async () => {
    await page.open(url);
    const places = await page.evaluate<string>(`document.querySelector('.places').innerText`);
    expect(places).toContain(`${HOSTILE} from 7 (0x7)`);
    expect(places).toContain('a hole of 512 bytes');
  });

  it('opens and closes its help', async () => {
    await page.open(url);
    await page.press('?');
    expect(await page.evaluate(`document.getElementById('help').open`)).toBe(true);
    await page.press('Enter');
    expect(await page.evaluate(`document.getElementById('help').open`)).toBe(false);
  });

  it('requests no other resource, and logs nothing to the console', () => {
    expect(new Set(page.requests)).toEqual(new Set([url]));
    expect(page.complaints).toEqual([]);
  });

  it('cannot fetch anything, because its content security policy forbids it', async () => {
    await page.open(url);
    const refused = await page.evaluate<string>(
      `fetch('http://127.0.0.1:9/').then(() => 'sent', (error) => error.name)`,
    );
    expect(refused).toBe('TypeError');
    expect(page.complaints.join()).toContain('Content Security Policy');
  });
});
