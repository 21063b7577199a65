import { afterEach, expect, it, vi } from 'vitest';
import { TOOL_ENVIRONMENT } from '../../src/toolchain/tool-environment.js';
import { onHost } from '../support/host.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

const variables = async (env?: Readonly<Record<string, string>>): Promise<string[]> => {
  const { output } = await onHost((builder) => builder.run('env', [], { env }));
  return output.split('\n');
};

// GCC's own list: "Environment Variables Affecting GCC" of its manual.
it.each(
  [
    'CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH OBJC_INCLUDE_PATH LIBRARY_PATH COMPILER_PATH',
    'GCC_EXEC_PREFIX GCC_COMPARE_DEBUG SOURCE_DATE_EPOCH CFLAGS CXXFLAGS CPPFLAGS LDFLAGS',
    'CCC_OVERRIDE_OPTIONS KCFLAGS MAKEFLAGS LOCALVERSION CMAKE_TOOLCHAIN_FILE',
  ].flatMap((names) => names.split(' ')),
)('no program of a build sees %s, unless the build sets it', async (name) => {
  vi.stubEnv(name, 'foreign');
  expect(await variables()).not.toContain(`${name}=foreign`);
  expect(await variables({ [name]: 'own' })).toContain(`${name}=own`);
});

it('programs of builds see none of the variables that are named, and speak English', async () => {
  vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
  const names = Object.keys(TOOL_ENVIRONMENT).filter((name) => name !== 'LC_ALL');
  for (const name of names) vi.stubEnv(name, 'foreign');
  const seen = await variables();
  expect(seen.filter((line) => line.endsWith('=foreign'))).toEqual([]);
  expect(seen).toContain('LC_ALL=C');
});
