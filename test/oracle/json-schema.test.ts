import { beforeAll, describe, expect, it } from 'vitest';
import { REFUSED, TAKEN } from '../recipes/json-schema-samples.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { LlamaPrograms, WHERE_GUEST_PROGRAMS_RUN } from '../support/llama-programs.js';
import { temporaryFolder } from '../support/temporary.js';

describe("of JSON schemas the guest's llama.cpp", WHERE_GUEST_PROGRAMS_RUN, () => {
  const folder = temporaryFolder();
  let programs: LlamaPrograms;
  beforeAll(async () => {
    programs = await LlamaPrograms.unpack(folder.file('root'));
  });

  const exitCodeWith = async (schema: string) => {
    const asked = ['--prompt', 'x', '--predict', '1', '--temp', '0', '--no-conversation'];
    const { exitCode, signal } = await programs.start('llama-completion', [
      ...['-m', EMBEDDED_MODEL, '--threads', '1', ...asked],
      ...['--json-schema', schema],
    ]);
    return exitCode ?? signal;
  };

  it.each(TAKEN)('takes %s', async (schema) => {
    expect(await exitCodeWith(schema)).toBe(0);
  });

  it.each(REFUSED.map(([schema]) => schema))('refuses %s, as zosia does before', async (schema) => {
    expect(await exitCodeWith(schema)).not.toBe(0);
  });
});
