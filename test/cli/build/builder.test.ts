import { beforeAll, describe, expect, it } from 'vitest';
import { prebuiltInit } from '../../../src/artifacts/prebuilt.js';
import { sha256 } from '../../../src/image/sha256.js';
import { zosia } from '../../support/cli.js';
import { describeWithPrograms } from '../../support/programs.js';
import { temporaryFolder } from '../../support/temporary.js';
import { makeFakeDocker, pathWith } from '../../toolchain/docker/fake-docker.js';
import type { FakeDocker } from '../../toolchain/docker/fake-docker.js';
import { recordedCompiler } from '../../toolchain/recorded-compiler.js';

describeWithPrograms(['clang', 'ld.lld'], 'where zosia build compiles', () => {
  const folder = temporaryFolder();
  let docker: FakeDocker;
  beforeAll(async () => {
    docker = await makeFakeDocker(folder.file('docker'));
  });

  const build = (args: readonly string[], env: Record<string, string> = {}) =>
    zosia(['build', 'guest', '--arch', 'aarch64', '--out', folder.file('out'), ...args], {
      env: { PATH: pathWith(docker), ...env },
      cwd: folder.path,
    });

  it('is Docker where a daemon answers', async (context) => {
    const { stdout, stderr, exitCode } = await build(['--json', '--docker-network', 'host']);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr).toContain('building the image zosia-guest:');
    const built = JSON.parse(stdout) as { builder: string; sha256: string };
    expect(built.builder).toBe('docker');
    await recordedCompiler(context);
    expect(built.sha256).toBe(sha256(await prebuiltInit('aarch64')));
  });

  describe('where none answers', () => {
    beforeAll(() => docker.fail('version', 'Cannot connect to the Docker daemon'));

    it('is the host', async () => {
      // What is named for a container that is not asked for is of no use, and no harm.
      const { stdout, exitCode } = await build(['--json'], { ZOSIA_BASE_IMAGE: 'debian' });
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        path: folder.file('out/init'),
        written: true,
        builder: 'host',
      });
    });

    it.each([
      [['--builder', 'docker'], {}],
      [['--base-image', 'debian'], {}],
      [[], { ZOSIA_BUILDER: 'docker' }],
    ])('is an error when Docker is asked for: %j %j', async (args, env) => {
      const { stderr, exitCode } = await build(args, env);
      expect(exitCode).toBe(1);
      expect(stderr).toContain('error: no Docker daemon answers\n');
      expect(stderr).toMatch(/compile with (?:--builder |ZOSIA_BUILDER=)host/);
    });
  });

  it('is told by zosia doctor', async () => {
    await docker.fail('version', 'Cannot connect to the Docker daemon');
    const { stdout } = await zosia(['doctor', '--for', 'build', '--json'], {
      env: { PATH: pathWith(docker) },
    });
    expect(JSON.parse(stdout)).toMatchObject({
      docker: { answers: false, reason: 'no Docker daemon answers' },
    });
  });
});
