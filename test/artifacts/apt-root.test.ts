import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hasApt } from '../../src/artifacts/apt.js';
import type { AptRunner } from '../../src/artifacts/apt.js';
import { createAptRoot, debianKeyring, updateAptRoot } from '../../src/artifacts/apt-root.js';
import type { AptSources } from '../../src/artifacts/apt-root.js';
import { REPOSITORY, serveRepository, testKeyring, withoutProxy } from './repository.js';
import { temporaryFolder } from './samples.js';
import { skipWhere } from '../support/skipping.js';

withoutProxy();

const suiteAt = (baseUri: string, keyring: string): AptSources => ({
  kind: 'suite',
  baseUri,
  suite: 'forky',
  architecture: 'arm64',
  keyring,
});

describe('the keyring of a private root', () => {
  it('is the first one that exists', async () => {
    const keyring = await testKeyring();
    expect(await debianKeyring(['/nonexistent/keyring.pgp', keyring])).toBe(keyring);
  });

  it('is reported as missing when there is none', async () => {
    await expect(debianKeyring(['/nonexistent/keyring.gpg'])).rejects.toMatchObject({
      code: 'ZOSIA_APT_FAILED',
      hint: expect.stringContaining('debian-archive-keyring'),
    });
  });

  it('is the only keyring that its source is checked with', async () => {
    const folder = await temporaryFolder();
    await createAptRoot(folder, suiteAt('http://x/', '/k.gpg'));
    expect(await readFile(join(folder, 'sources.list'), 'utf8')).toBe(
      'deb [arch=arm64 signed-by=/k.gpg] http://x/ forky main\n',
    );
  });
});

describe(
  'a host that allows unsigned archives',
  skipWhere(!(await hasApt()), 'no apt here'),
  () => {
    /** Runs apt with a host's configuration that trusts everything, read before all options. */
    async function carelessApt(): Promise<AptRunner> {
      const path = join(await temporaryFolder(), 'careless.conf');
      await writeFile(
        path,
        [
          'Acquire::AllowInsecureRepositories "true";',
          'Acquire::AllowWeakRepositories "true";',
          'Acquire::AllowDowngradeToInsecureRepositories "true";',
          'APT::Get::AllowUnauthenticated "true";',
        ].join('\n'),
      );
      return async (program, args) => {
        const { exitCode, stdout, stderr } = await execa(program, args, {
          reject: false,
          env: { LC_ALL: 'C', APT_CONFIG: path },
        });
        return { exitCode, stdout, stderr };
      };
    }

    it('passes none of its settings on to a private root', async () => {
      const run = await carelessApt();
      const root = await createAptRoot(await temporaryFolder(), suiteAt('http://x/', '/k.gpg'));
      const { stdout } = await run('apt-config', ['dump', ...root.options]);
      for (const option of [
        'Acquire::AllowInsecureRepositories',
        'Acquire::AllowWeakRepositories',
        'Acquire::AllowDowngradeToInsecureRepositories',
        'APT::Get::AllowUnauthenticated',
      ]) {
        expect(stdout).toContain(`\n${option} "false";\n`);
      }
    });

    it('does not make apt accept an archive without a signature', async () => {
      const signed = await readFile(`${REPOSITORY}dists/forky/InRelease`, 'utf8');
      const server = await serveRepository({
        'dists/forky/InRelease': null,
        'dists/forky/Release': signed.split('\n').slice(3, -9).join('\n'),
      });
      onTestFinished(() => server.close());
      const sources = suiteAt(server.url, await testKeyring());
      const root = await createAptRoot(await temporaryFolder(), sources);
      await expect(updateAptRoot(root, await carelessApt())).rejects.toMatchObject({
        code: 'ZOSIA_APT_FAILED',
        message: expect.stringContaining('not signed'),
      });
    });
  },
);
