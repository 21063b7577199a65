import { describe, expect, it } from 'vitest';
import { firstBuildError, ninjaStep } from '../../../src/toolchain/llama/ninja.js';

describe('ninjaStep', () => {
  it('reads how far ninja is', () => {
    expect(ninjaStep('[7/196] Building CXX object a.o')).toEqual({ done: 7, total: 196 });
  });

  it.each([['-- Configuring done'], ['[x/196] a'], ['see [7/196] a'], ['']])(
    'takes %j for no step',
    (line) => {
      expect(ninjaStep(line)).toBeUndefined();
    },
  );
});

describe('firstBuildError', () => {
  it.each([
    [
      'a compiler',
      '[1/2] Building C object a.o\nFAILED: a.o\ncc -Werror=return-type a.c\na.c:1:2: error: no\na.c:3:4: error: more\n',
      'a.c:1:2: error: no',
    ],
    [
      'a linker',
      "ld: a.o: in function `main':\na.c: undefined reference to `f'\n",
      "a.c: undefined reference to `f'",
    ],
    ['ninja', 'ninja: error: loading build.ninja\n', 'ninja: error: loading build.ninja'],
    [
      'CMake',
      '-- Found git\nCMake Error at CMakeLists.txt:4 (find_package):\n\n  Could NOT find OpenMP\n',
      'CMake Error at CMakeLists.txt:4 (find_package): Could NOT find OpenMP',
    ],
    ['CMake, cut off', 'CMake Error at a:\n', 'CMake Error at a:'],
  ])('finds what failed first of %s', (_name, log, error) => {
    expect(firstBuildError(log)).toBe(error);
  });

  it('finds none in a build that has none', () => {
    expect(firstBuildError('[1/1] Building C object error.o\n')).toBeUndefined();
  });
});
