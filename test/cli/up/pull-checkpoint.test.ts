import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findEntry } from '../../../src/models/catalogue/catalogue.js';
import { makeFakeQemu } from '../../machine/support/fake-qemu.js';
import { sampleFirmware } from '../../machine/support/firmware.js';
import { zosia } from '../../support/cli.js';
import { startHub } from '../../support/model-servers/hub.js';
import { randomCheckpoint } from '../../support/random-checkpoint.js';
import { temporaryFolder } from '../../support/temporary.js';
import { WITH_WEIGHTS, weights } from '../../support/weights.js';

/** Its checkpoint's digest is the hub's word. */
const NAME = 'stories42M';
const SHAPE = {
  ...{ dim: 8, hiddenDim: 16, layerCount: 1, headCount: 2, kvHeadCount: 2 },
  ...{ vocabularySize: 32_000, contextLength: 32, sharedClassifier: true },
};

describe('zosia up --machine efi with a name of the catalogue', WITH_WEIGHTS, () => {
  const folder = temporaryFolder();

  it('pulls its checkpoint, starts it, and does not ask again', async () => {
    const { checkpoint, tokenizer } = findEntry(NAME)!;
    const { repository, revision, file } = checkpoint!;
    const files = { [file]: randomCheckpoint(SHAPE, { version: 0 }, 1) };
    const hub = await startHub({ repos: { [repository]: { commit: revision, files } } });
    onTestFinished(() => hub.close());
    // The tokenizer lies on another host: this one has it already.
    const blobs = folder.file('models/blobs');
    await mkdir(blobs, { recursive: true });
    await copyFile(weights('tokenizer.bin'), join(blobs, `sha256-${tokenizer!.sha256}`));
    const machine = `process.stdout.write('\\x02an answer\\x03\\x04', () => process.exit(0));`;
    const { folder: bin } = await makeFakeQemu(folder.file('bin'), { machine });
    await writeFile(folder.file('firmware.fd'), sampleFirmware('aarch64'));
    const env = {
      PATH: [bin, process.env.PATH].join(delimiter),
      ...{ ZOSIA_MODELS: folder.file('models'), ZOSIA_CACHE: folder.file('cache') },
      ...{ HF_ENDPOINT: hub.url.href, HF_HOME: folder.file('none'), NO_PROXY: '127.0.0.1' },
    };
    const up = ['up', '--machine', 'efi', NAME, '--prompt', 'x', '--firmware', 'firmware.fd'];
    const args = [...up, '--arch', 'aarch64', '--accel', 'tcg'];
    const { stdout, stderr, exitCode } = await zosia(args, { cwd: folder.path, env });
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('an answer');
    expect(stderr).toContain(`${NAME} is not on this host: it is pulled`);
    const listed = await zosia(['model', 'list', '--json'], { cwd: folder.path, env });
    expect(JSON.parse(listed.stdout)).toMatchObject([{ name: `${NAME}.bin`, state: 'there' }]);
    const since = hub.requests.length;
    const again = await zosia([...args, '--offline'], { cwd: folder.path, env });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(hub.requests.length).toBe(since);
  });
});
