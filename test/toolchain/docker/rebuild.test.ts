import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { TestContext } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { prebuiltProgram } from '../../../src/artifacts/prebuilt.js';
import { sha256 } from '../../../src/image/sha256.js';
import type { Builder } from '../../../src/toolchain/builder.js';
import { withDockerBuilder } from '../../../src/toolchain/docker/docker-builder.js';
import type { Toolchain } from '../../../src/toolchain/docker/image.js';
import { findMirror } from '../../../src/toolchain/docker/mirror.js';
import { buildKernel } from '../../../src/toolchain/kernel/build.js';
import { buildPrebuilt } from '../../../src/toolchain/prebuilt.js';
import { CLI } from '../../support/cli.js';
import { HOST } from '../../support/host.js';
import { describeWithPrograms } from '../../support/programs.js';
import { IS_COMPLETE_HOST } from '../../support/skipping.js';
import { temporaryFolder } from '../../support/temporary.js';
import { kernelToBuild } from '../kernel/inputs.js';
import { startDaemon } from './daemon.js';
import type { Daemon } from './daemon.js';

const PROGRAMS = ['init', 'hello.efi', 'llama2.efi'] as const;

describeWithPrograms(['docker', 'dockerd', 'debootstrap'], 'a build in Docker', () => {
  const folder = temporaryFolder();
  let daemon: Daemon | undefined;
  let reason = '';
  beforeAll(async () => {
    try {
      if (process.getuid?.() !== 0) throw new Error('dockerd is started by root alone');
      daemon = await startDaemon();
      vi.stubEnv('DOCKER_HOST', daemon.host);
      vi.stubEnv('ZOSIA_BASE_IMAGE', daemon.baseImage);
      vi.stubEnv('ZOSIA_DOCKER_NETWORK', 'host');
    } catch (error) {
      reason = String(error);
    }
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await daemon?.stop();
  });

  /** The daemon; without one the test is skipped, or fails on a host that is to have all. */
  function running(context: TestContext): Daemon {
    context.skip(!daemon && !IS_COMPLETE_HOST, reason);
    if (!daemon) throw new Error(reason);
    return daemon;
  }

  const inDocker = <T>(
    toolchain: Toolchain,
    { baseImage }: Daemon,
    use: (builder: Builder) => Promise<T>,
  ): Promise<T> =>
    withDockerBuilder(
      {
        toolchain,
        searchPath: HOST.searchPath,
        baseImage,
        dockerNetwork: 'host',
        findMirror: () => findMirror(undefined),
      },
      use,
    );

  it('gives the programs of guest/prebuilt, byte for byte', async (context) => {
    const found = running(context);
    await inDocker('guest', found, async (builder) => {
      expect((await builder.run('id', ['-un'])).output).toBe('zosia');
      // Of volumes that images of other bases have made, too.
      expect((await builder.run('id', ['-u'])).output).toBe('1000');
      await buildPrebuilt(folder.path, builder);
    });
    for (const arch of ARCHITECTURES) {
      for (const program of PROGRAMS) {
        const built = await readFile(folder.file(`${arch}/${program}`));
        expect(sha256(built), `${arch}/${program}`).toBe(
          sha256(await prebuiltProgram(arch, program)),
        );
      }
    }
    expect(await found.docker('ps', '--all', '--quiet')).toBe('');
  });

  it('is what zosia build guest does where a daemon answers, under any umask', async (context) => {
    const found = running(context);
    const command = `umask 077; exec "$0" "$@"`;
    const build = [process.execPath, CLI, 'build', 'guest', '--arch', 'aarch64', '--json'];
    const out = folder.file('by the command line');
    const { stdout, stderr } = await execa('sh', ['-c', command, ...build, '--out', out]);
    const label = ['--format', '{{index .Config.Labels "zosia.packages"}}'];
    const images = await found.docker('images', '--quiet', 'zosia-guest');
    const source = await found.docker('image', 'inspect', ...label, images.split('\n')[0]!);
    const isOfTheDay = source === 'the Debian snapshot archive';
    expect(stderr.includes(`but from ${source}`)).toBe(!isOfTheDay);
    expect(JSON.parse(stdout)).toMatchObject({
      builder: 'docker',
      sha256: sha256(await prebuiltProgram('aarch64', 'init')),
    });
  });

  it.for(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'leaves no container when zosia gets %s',
    async (signal, context) => {
      const found = running(context);
      const args = [CLI, 'build', 'guest', '--arch', 'aarch64', '--out', folder.file(signal)];
      const zosia = execa(process.execPath, args, { reject: false });
      const containers = (): Promise<string> => found.docker('ps', '--all', '--quiet');
      while ((await containers()) === '') await pause(50);
      zosia.kill(signal);
      expect((await zosia).failed).toBe(true);
      // Killed outright, it can wait for nothing.
      while ((await containers()) !== '') await pause(50);
    },
  );

  it.for(ARCHITECTURES)(
    'gives the kernel of kernel-config/record.json for %s',
    { timeout: 3_600_000 },
    async (arch, context) => {
      const found = running(context);
      const { record, fragments, source } = await kernelToBuild(arch, context);
      const built = await inDocker('kernel', found, (builder) =>
        buildKernel({ arch, builder, outDir: folder.file(`kernel ${arch}`), fragments, source }),
      );
      expect(built).toMatchObject({ sizeBytes: record.sizeBytes, sha256: record.sha256 });
    },
  );
});
