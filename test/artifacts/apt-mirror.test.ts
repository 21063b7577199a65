import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  chooseDebianArchive,
  debianMirrorBase,
  parseIndexTargets,
  parseReleaseUris,
} from '../../src/artifacts/apt-mirror.js';
import { hasApt, runApt } from '../../src/artifacts/apt.js';
import type { AptRunner } from '../../src/artifacts/apt.js';
import { serveRepository, testKeyring, withoutProxy } from './repository.js';
import { temporaryFolder } from './samples.js';
import { skipWhere } from '../support/skipping.js';

withoutProxy();

const TARGETS = `\
Packages|main|http://mirror.example/debian-security/|Debian|Debian-Security
Packages|main|https://packages.example/apt/|example stable|example
Translations|main|http://wrong.example/debian/|Debian|Debian
Packages|contrib|http://wrong.example/debian/|Debian|Debian
Packages|main|cdrom:[Debian GNU/Linux 12]/|Debian|Debian
Packages|main|http://mirror.example/debian/|Debian|Debian
Packages|main|http://second.example/debian/|Debian|Debian
`;

const URIS = `\
'http://mirror.example/debian/dists/bookworm/InRelease' mirror.example_debian_dists_bookworm_InRelease 0 
'http://mirror.example/debian-security/dists/bookworm-security/InRelease' mirror.example_debian-security_dists_bookworm-security_InRelease 0 
'file:/srv/my%20mirror/dists/stable/updates/InRelease' _srv_my%20mirror_dists_stable_updates_InRelease 0 
'http://mirror.example/debian/dists/bookworm/main/binary-amd64/Packages.xz' mirror.example_debian_dists_bookworm_main_binary-amd64_Packages 0 
`;

describe('parsing the output of apt', () => {
  it('chooses the main archive of Debian, not that of security fixes, a vendor or a disc', () => {
    expect(chooseDebianArchive(parseIndexTargets(TARGETS))).toBe('http://mirror.example/debian/');
  });

  it('returns undefined for the archive of a derivative', () => {
    const ubuntu = 'Packages|main|http://archive.example/ubuntu/|Ubuntu|Ubuntu\n';
    expect(chooseDebianArchive(parseIndexTargets(ubuntu))).toBeUndefined();
    expect(parseIndexTargets('')).toEqual([]);
  });

  it('returns a base URL that ends in a slash', () => {
    const release = { baseUri: 'http://mirror.example/debian', origin: 'Debian', label: 'Debian' };
    expect(chooseDebianArchive([release])).toBe('http://mirror.example/debian/');
  });

  it('returns the base URLs of archives whose indexes were never downloaded', () => {
    expect(parseReleaseUris(URIS)).toEqual([
      {
        baseUri: 'http://mirror.example/debian/',
        file: 'mirror.example_debian_dists_bookworm_InRelease',
      },
      {
        baseUri: 'http://mirror.example/debian-security/',
        file: 'mirror.example_debian-security_dists_bookworm-security_InRelease',
      },
      {
        baseUri: 'file:/srv/my%20mirror/',
        file: '_srv_my%20mirror_dists_stable_updates_InRelease',
      },
    ]);
  });
});

describe("with the host's apt", skipWhere(!(await hasApt()), 'no apt here'), () => {
  /** Runs apt as on a host that has the given source and has never run `apt-get update`. */
  async function freshHost(fileName: string, source: string): Promise<AptRunner> {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'sources'));
    await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
    await writeFile(join(folder, 'sources', fileName), source);
    const options = [
      `Dir::Etc::sourceparts=${join(folder, 'sources')}`,
      'Dir::Etc::sourcelist=/dev/null',
      `Dir::State::lists=${join(folder, 'lists')}`,
      // Between attempts apt waits for seconds.
      'Acquire::Retries=0',
    ].flatMap((option) => ['-o', option]);
    return (program, [command, ...args], signal) =>
      runApt(program, [command!, ...options, ...args], signal);
  }

  it.each([
    [
      'test.list',
      (url: string, keyring: string) => `deb [signed-by=${keyring}] ${url} bookworm main\n`,
    ],
    [
      'test.sources',
      (url: string, keyring: string) =>
        `Types: deb deb-src\nURIs: ${url}\nSuites: bookworm\nComponents: main contrib\nSigned-By: ${keyring}\n`,
    ],
  ])('finds the mirror in %s before any list was downloaded', async (name, source) => {
    const server = await serveRepository();
    onTestFinished(() => server.close());
    const run = await freshHost(name, source(server.url, await testKeyring()));
    expect(await debianMirrorBase(join(await temporaryFolder(), 'new'), run)).toBe(server.url);
    expect(server.requests.filter((path) => !path.endsWith('/InRelease'))).toEqual([]);
  });

  it('ignores a source that fails when another one works', async () => {
    const server = await serveRepository();
    onTestFinished(() => server.close());
    const run = await freshHost(
      'test.list',
      `deb ${server.url}nothing/ stable main\ndeb [signed-by=${await testKeyring()}] ${server.url} forky main\n`,
    );
    expect(await debianMirrorBase(await temporaryFolder(), run)).toBe(server.url);
  });

  it('reports that no source can be reached', async () => {
    const run = await freshHost('test.list', 'deb http://127.0.0.1:1/debian bookworm main\n');
    await expect(debianMirrorBase(await temporaryFolder(), run)).rejects.toMatchObject({
      code: 'ZOSIA_APT_FAILED',
      message: expect.stringContaining('127.0.0.1'),
      hint: expect.stringContaining('apt-get update'),
    });
  });

  it('returns undefined when no mirror is configured', async () => {
    const run = await freshHost('test.list', '# nothing\n');
    expect(await debianMirrorBase(await temporaryFolder(), run)).toBeUndefined();
  });
});
