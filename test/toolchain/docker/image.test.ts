import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readLock } from '../../../src/artifacts/lock.js';
import { DockerClient } from '../../../src/toolchain/docker/client.js';
import { toolchainImage } from '../../../src/toolchain/docker/image.js';
import type { ImageOptions } from '../../../src/toolchain/docker/image.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { makeFakeDocker } from './fake-docker.js';
import type { FakeDocker } from './fake-docker.js';

const MIRROR = 'http://mirror.example/debian/';
const SNAPSHOT = 'http://snapshot.debian.org/';
const OWN = 'where the base image has its packages';

const folder = temporaryFolder();
let docker: FakeDocker;
let count = 0;
beforeEach(async () => {
  docker = await makeFakeDocker(folder.file(`docker ${++count}`));
});

/** Builds an image: its tag, where packages came from if not from the pinned day, and what the builds were given. */
async function build(options: Partial<ImageOptions> = {}) {
  const client = await DockerClient.connect([docker.folder]);
  const others: string[] = [];
  const tag = await toolchainImage(client, 'guest', {
    findMirror: () => Promise.resolve(MIRROR),
    onOtherPackages: (from) => others.push(from),
    ...options,
  });
  return { tag, others, contexts: await contexts() };
}

async function contexts(): Promise<string[]> {
  const builds = (await docker.calls()).filter(([command]) => command === 'build');
  const archives = await Promise.all(builds.map((_, index) => docker.context(index + 1)));
  return archives.map((archive) => archive.toString());
}

describe('the packages of an image', () => {
  it('are those of the pinned day, of the release that the base image has', async () => {
    await docker.setBase('NAME="Debian"\nVERSION_CODENAME="trixie"\nID=debian\n');
    const { others, contexts } = await build();
    expect(others).toEqual([]);
    expect(contexts).toHaveLength(1);
    const { snapshot } = await readLock();
    expect(contexts[0]).toContain(`${SNAPSHOT}archive/debian/${snapshot.bookworm}/ trixie main\n`);
    expect(contexts[0]).toContain('Pin: release n=trixie\n');
  });

  it('are those of the mirror where the snapshot archive is cut off, and say so', async () => {
    await docker.cutOff(SNAPSHOT);
    const { others, contexts } = await build();
    expect(others).toEqual(['the mirror http://mirror.example/debian/']);
    expect(contexts).toHaveLength(2);
    expect(contexts[1]).toContain(`${MIRROR} bookworm main\n`);
  });

  it('are those of the base image where both are cut off, or there is no mirror', async () => {
    await docker.cutOff(SNAPSHOT);
    await docker.cutOff(MIRROR);
    const { others, contexts } = await build();
    expect(others).toEqual([OWN]);
    expect(contexts).toHaveLength(3);
    expect(contexts[2]).not.toMatch(/sources\.list|preferences|allow-downgrades/);

    docker = await makeFakeDocker(folder.file('docker without a mirror'));
    await docker.cutOff(SNAPSHOT);
    const without = await build({ findMirror: () => Promise.resolve(undefined) });
    expect(without.others).toEqual([OWN]);
    expect(without.contexts).toHaveLength(2);
  });

  it('are never those of a mirror with a password, which would stay in a layer', async () => {
    await docker.cutOff(SNAPSHOT);
    const mirror = MIRROR.replace('//', '//somebody:secret@');
    const { others, contexts } = await build({ findMirror: () => Promise.resolve(mirror) });
    expect(others).toEqual([OWN]);
    expect(contexts.join('')).not.toContain('somebody');
  });

  it.each([
    ['ID=ubuntu\nID_LIKE=debian\nNAME="Ubuntu"\nVERSION_CODENAME=jammy\n', 'Ubuntu'],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\nNAME="Linux Mint"\n', 'Linux Mint'],
    ['ID=pop\nID_LIKE="x\tdebian"\nNAME="Pop!_OS"\n', 'Pop!_OS'],
    ['ID=mine\nID_LIKE=debian\nNAME="\u001b[31m=$(x)"\n', 'mine'],
    [`ID=-\nID_LIKE=debian\nNAME=${'x'.repeat(100)}\n`, 'a derivative of Debian'],
  ])('are those of the base image when that is a derivative: %j', async (osRelease, name) => {
    await docker.setBase(osRelease);
    const findMirror = vi.fn(() => Promise.resolve(MIRROR));
    const { others, contexts } = await build({ findMirror });
    expect(others).toEqual([`where the base image has those of ${name}`]);
    expect(contexts).toHaveLength(1);
    // No mirror of Debian's archive has them.
    expect(findMirror).not.toHaveBeenCalled();
    expect((await build({ findMirror })).others).toEqual(others);
  });

  it('of a derivative are in no mirror that could be named', async () => {
    await docker.setBase('ID=ubuntu\nID_LIKE=debian\nNAME="Ubuntu"\n');
    await docker.cutOff('apt-get');
    const failure = build();
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_DOCKER_PACKAGES'));
    await expect(failure).rejects.toMatchObject({
      hint: expect.stringMatching(/^Packages of Ubuntu .*baseImage/) as string,
    });
    await expect(failure).rejects.not.toMatchObject({
      hint: expect.stringContaining('mirror') as string,
    });
  });

  it('cannot be had where all are cut off, which apt gives the reason of', async () => {
    await docker.cutOff('apt-get');
    const failure = build();
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_DOCKER_PACKAGES'));
    await expect(failure).rejects.toThrow(
      /the compilers cannot be installed in the image: Failed to fetch http:\/\/archive\.example\/x {2}Could not resolve 'archive\.example'$/,
    );
    expect(await contexts()).toHaveLength(3);
  });

  it.each([
    ['write error: no space left on device', 'ZOSIA_DISK_FULL'],
    ['Cannot connect to the Docker daemon', 'ZOSIA_DOCKER_NOT_RUNNING'],
    ['exec /bin/sh: exec format error', 'ZOSIA_DOCKER_ARCHITECTURE'],
    ["The command '/bin/sh -c useradd' returned a non-zero code: 9", 'ZOSIA_DOCKER_FAILED'],
  ] as const)('are asked for once when it is not apt that fails: %s', async (text, code) => {
    await docker.fail('build', text);
    await expect(build()).rejects.toThrow(zosiaError(code));
    const builds = (await docker.calls()).filter(([command]) => command === 'build');
    expect(builds).toHaveLength(1);
  });

  it('are said to be others each time that a kept image with them is used', async () => {
    await docker.cutOff(SNAPSHOT);
    const { tag } = await build();
    expect(await build()).toMatchObject({ tag, others: [`the mirror ${MIRROR}`] });

    docker = await makeFakeDocker(folder.file('docker with those of the day'));
    for (let run = 0; run < 2; run++) expect(await build()).toMatchObject({ tag, others: [] });
    expect(await contexts()).toHaveLength(1);
  });

  it('do not change the tag, and are looked for once', async () => {
    const findMirror = vi.fn(() => Promise.resolve(MIRROR));
    await docker.cutOff(SNAPSHOT);
    const { tag } = await build({ findMirror });
    expect(await build({ findMirror })).toMatchObject({ tag });
    expect(findMirror).toHaveBeenCalledTimes(1);
    expect((await docker.calls()).filter((call) => call.includes('/etc/os-release'))).toHaveLength(
      1,
    );
    docker = await makeFakeDocker(folder.file('docker of the same'));
    expect((await build()).tag).toBe(tag);
  });
});

describe('a base image', () => {
  it.each([
    '',
    'ID=alpine\nVERSION_ID=3.20\n',
    'ID=fedora\nVERSION_CODENAME=""\n',
    'ID=debian\n',
    'ID=debian\nVERSION_CODENAME="bookworm main http://elsewhere.example/"\n',
    'ID=nodebian\nID_LIKE=debianlike\nVERSION_CODENAME=bookworm\n',
  ])('that is no Debian is refused before anything is built: %j', async (osRelease) => {
    await docker.setBase(osRelease);
    const failure = build();
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_DOCKER_BASE_IMAGE'));
    await expect(failure).rejects.toThrow('of no release of Debian, nor of a derivative');
    expect(await contexts()).toEqual([]);
  });

  it('is downloaded before the image gets its tag, which is a digest of its identifier, too', async () => {
    const first = await build({ baseImage: 'debian:mine' });
    const second = await build({ baseImage: 'debian:mine' });
    expect(second.tag).toBe(first.tag);
    expect(second.contexts).toHaveLength(1);
    expect((await docker.calls()).filter(([command]) => command === 'pull')).toEqual([
      ['pull', '--quiet', 'debian:mine'],
    ]);
  });

  it('says what it is without a network', async () => {
    await build({ baseImage: 'debian:mine' });
    const run = (await docker.calls()).find(([command]) => command === 'run');
    expect(run!.join(' ')).toBe(
      'run --rm --network none --entrypoint cat debian:mine /etc/os-release',
    );
  });
});
