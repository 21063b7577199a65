import { mkdir, writeFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { ARCHITECTURES, hostArchitecture } from '../../src/artifacts/architectures.js';
import { bytesData } from '../../src/image/file-data.js';
import { planExt4 } from '../../src/formats/ext4/plan.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { zosia } from '../support/cli.js';
import { convertStoryModel } from '../support/story-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { PUBLISHED_STORY, describeWithWeights } from '../support/weights.js';

describeWithWeights('zosia up --prompt', () => {
  const folder = temporaryFolder();
  let model = '';
  beforeAll(async () => {
    model = await convertStoryModel(folder.path);
  });

  it.each(ARCHITECTURES)('tells the published story on %s, and nothing else', async (arch) => {
    const { stdout, stderr, exitCode } = await zosia(
      ['up', model, '--arch', arch, '--prompt', '', '-n', '60', '--temp', '0'],
      { cwd: folder.path },
    );
    // The host's own architecture may have a better accelerator.
    if (arch !== hostArchitecture()) expect(stderr).toContain('TCG');
    expect(stdout.trimStart().startsWith(PUBLISHED_STORY)).toBe(true);
    expect(stdout).not.toMatch(/zosia|llama|end of text/);
    expect(stdout.endsWith('\n')).toBe(true);
    expect(exitCode).toBe(0);
  });

  /** What is printed goes on with the published story after its first words. */
  async function expectContinuation(gguf: string, prompt: string): Promise<void> {
    const { stdout, exitCode } = await zosia(
      ['up', gguf, '--arch', 'aarch64', '--prompt', prompt, '-n', '20', '--temp', '0'],
      { cwd: folder.path },
    );
    expect(`Once upon a time${stdout}`.slice(0, 50)).toBe(PUBLISHED_STORY.slice(0, 50));
    expect(exitCode).toBe(0);
  }

  it('completes a prompt and prints the continuation alone', async () => {
    await expectContinuation(model, 'Once upon a time');
  });

  it('gives a model with a chat template the prompt as a turn', async () => {
    // Whatever is asked, this template makes of it the beginning of the published story.
    const template = folder.file('template.jinja');
    await writeFile(template, "{{ 'Once upon a time' if messages[-1]['content'] == 'Hi \\\\n' }}");
    const other = await mkdir(folder.file('chat'), { recursive: true });
    const chat = await convertStoryModel(other!, '--chat-template', template);
    await expectContinuation(chat, 'Hi \\n');
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
