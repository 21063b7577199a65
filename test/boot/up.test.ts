import { mkdir, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES, hostArchitecture } from '../../src/artifacts/architectures.js';
import type { Architecture } from '../../src/artifacts/architectures.js';
import { bytesData } from '../../src/image/file-data.js';
import { planExt4 } from '../../src/formats/ext4/plan.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { zosia } from '../support/cli.js';
import { convertCheckpoint } from '../support/convert-checkpoint.js';
import { embeddedReference } from '../support/embedded-model.js';
import type { EmbeddedReference } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { putGuests } from './support/guests.js';

describe('zosia up --prompt', () => {
  const folder = temporaryFolder();
  let reference: EmbeddedReference;
  beforeAll(async () => {
    reference = await embeddedReference(folder.path);
    await putGuests(folder.path, ARCHITECTURES);
  });

  const BEGINNING = 'Once upon a time';

  /** What is printed is how the reference continues the beginning of a story, and nothing else. */
  async function expectContinuation(
    gguf: string,
    prompt: string,
    arch: Architecture,
  ): Promise<void> {
    const { stdout, stderr, exitCode } = await zosia(
      ['up', gguf, '--arch', arch, '--prompt', prompt, '-n', '20', '--temp', '0'],
      { cwd: folder.path },
    );
    const { text } = reference.tell({ prompt: BEGINNING });
    expect(stdout.endsWith('\n')).toBe(true);
    expect(stdout.trim().length).toBeGreaterThan(50);
    expect(text.toString().startsWith(`${BEGINNING} ${stdout.trim()}`), stdout).toBe(true);
    // The host's own architecture may have a better accelerator.
    if (arch !== hostArchitecture()) expect(stderr).toContain('TCG');
    expect(exitCode).toBe(0);
  }

  it('prints only the continuation of a prompt', async () => {
    const model = await convertCheckpoint(folder.path, reference);
    await expectContinuation(model, BEGINNING, 'x86_64');
  });

  it('passes the prompt as a turn to a model with a chat template', async () => {
    // Whatever is asked, this template makes of it the beginning of a story.
    const template = folder.file('template.jinja');
    await writeFile(template, `{{ '${BEGINNING}' if messages[-1]['content'] == 'Hi \\\\n' }}`);
    const other = await mkdir(folder.file('chat'), { recursive: true });
    const chat = await convertCheckpoint(other!, reference, '--chat-template', template);
    await expectContinuation(chat, 'Hi \\n', 'aarch64');
  });

  it('fails with the end of the console when the guest cannot load the model', async () => {
    // A GGUF that zosia itself would refuse, so it is put on a disk by hand.
    const disk = folder.file('bad.img');
    const data = bytesData(Buffer.from('GGUF, but no more of it'));
    const options = { label: 'ZOSIA_MODEL' };
    await writeRaw(planExt4([{ path: '/model.gguf', type: 'file', data }], options), disk);
    const { stdout, stderr, exitCode } = await zosia(
      ['run', '--arch', 'aarch64', '--disk', disk, '--prompt', 'Hello'],
      { cwd: folder.path },
    );
    expect(stdout).toBe('');
    expect(stderr).toContain('zosia: exit status=1');
    expect(exitCode).toBe(1);
  });
});
