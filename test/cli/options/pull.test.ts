import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { pulling } from '../../../src/cli/options/pull.js';
import { temporaryFolder } from '../../artifacts/samples.js';
import { withoutProxy } from '../../artifacts/repository.js';
import { serveFaulty } from '../../support/faulty-server.js';

withoutProxy();
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a file that may not be downloaded', () => {
  it.each([
    [{ named: 'phi3.5' }, 'zosia model pull phi3.5'],
    [{ named: 'stories42M', form: 'gguf' }, 'zosia model pull stories42M'],
    [{ named: 'stories15M', form: 'checkpoint' }, 'zosia model pull stories15M --checkpoint'],
  ] as const)('has the command for the model that was named: %o', async (asked, command) => {
    const { signal } = new AbortController();
    const pulled = pulling({ ...asked, offline: true, signal }, ({ download }) =>
      download({ name: 'tokenizer.bin', url: new URL('https://x.example/') }, 'nowhere'),
    );
    await expect(pulled).rejects.toMatchObject({
      code: 'ZOSIA_OFFLINE',
      hint: `With a network: ${command}`,
    });
  });
});

describe('a file that is refused', () => {
  async function hintOf(status: number, token: string | undefined, isOfHub = true) {
    const server = await serveFaulty({
      bytes: new Uint8Array(9),
      fault: () => ({ kind: 'status', status }),
    });
    onTestFinished(() => server.close());
    vi.stubEnv('HF_ENDPOINT', isOfHub ? server.url.origin : undefined);
    vi.stubEnv('HF_TOKEN', token);
    const target = join(await temporaryFolder(), 'x.gguf');
    const { signal } = new AbortController();
    const error: unknown = await pulling({ named: 'x', offline: false, signal }, ({ download }) =>
      download({ name: 'x.gguf', url: server.url }, target),
    ).catch((thrown: unknown) => thrown);
    return (error as { hint?: string }).hint;
  }

  it.each([
    [401, undefined, /private or gated: .* give a token of that account with/],
    [403, 'hf_x', /Check that the token given with .* may read this model; a gated one/],
    [404, undefined, /moved or removed: .* private model need/],
  ])('by the hub with status %i has the hint that helps there', async (status, token, hint) => {
    expect(await hintOf(status, token)).toMatch(hint);
  });

  it('by the hub with another status, or by another host, has the usual hint', async () => {
    expect(await hintOf(418, undefined)).toBe('Check the name, or the URL.');
    expect(await hintOf(404, undefined, false)).toBe('Check the name, or the URL.');
  });
});
