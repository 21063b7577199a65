import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { downloadUrl } from '../../src/artifacts/url-download.js';
import type { UrlDownloadOptions } from '../../src/artifacts/url-download.js';
import { served, withoutProxy } from './repository.js';
import { temporaryFolder } from './samples.js';

withoutProxy();

/** Downloads into an empty folder; gives the path. */
async function download(url: string, options?: UrlDownloadOptions): Promise<string> {
  const path = join(await temporaryFolder(), 'download');
  await downloadUrl(new URL(url), path, options);
  return path;
}

describe('downloadUrl', () => {
  it.each([429, 503])('tells that it waits for a server that answers %d', async (status) => {
    const server = await served(
      (_, response) => response.writeHead(status, { 'retry-after': '1' }).end(),
      (_, response) => response.end('contents'),
    );
    const waits: string[] = [];
    const path = await download(server.url, { onWait: (reason) => void waits.push(reason) });
    expect(await readFile(path, 'utf8')).toBe('contents');
    expect(waits[0]).toContain('limits how much it may be asked');
  });

  it.each([
    [401, '', /name one in the URL/],
    [403, '', /name one in the URL/],
    [403, 'me:secret@', /^The server does not let this user have it/],
    [400, '', /^Check the URL\.$/],
  ])('has a hint that fits the status %d', async (status, user, hint) => {
    const server = await served((_, response) => response.writeHead(status).end());
    await expect(download(server.url.replace('//', `//${user}`))).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      hint: expect.stringMatching(hint),
    });
    expect(server.requests).toHaveLength(1);
  });

  it('has a hint without a mirror where the server cannot be reached', async () => {
    // What is redirected to nobody is told at once.
    const server = await served((_, response) =>
      response.writeHead(302, { location: 'file:///etc/hostname' }).end(),
    );
    await expect(download(server.url)).rejects.toMatchObject({
      message: expect.stringContaining('it redirects to what is no http or https URL'),
      hint: expect.stringMatching(/^Check the URL, the network connection/),
    });
    expect(server.requests).toHaveLength(1);
  });

  it('prints no control character that the URL has', async () => {
    const server = await served((_, response) => response.writeHead(403).end());
    await expect(download(`${server.url}a%0Aerror:%20b`)).rejects.toMatchObject({
      message: expect.stringContaining('download a\\x0aerror: b from'),
    });
  });
});
