/** How far ninja is, from a line that it prints before each of its steps: `[7/196] Building ...`. */
export function ninjaStep(line: string): { done: number; total: number } | undefined {
  const [, done, total] = /^\[(\d{1,9})\/(\d{1,9})\] /.exec(line) ?? [];
  return done === undefined || total === undefined
    ? undefined
    : { done: Number(done), total: Number(total) };
}

const ERROR = /(?:^|[^\w-])(?:fatal )?error: |undefined reference to|ld: cannot find|: not found$/i;
const CMAKE_ERROR = /^CMake Error/;

/** The first line of a build that tells what failed: of CMake, a compiler, a linker, or ninja. */
export function firstBuildError(log: string): string | undefined {
  const lines = log.split('\n').map((line) => line.trimEnd());
  const index = lines.findIndex((line) => CMAKE_ERROR.test(line) || ERROR.test(line));
  const found = lines[index];
  // CMake says where first, and what in the paragraph below.
  if (found === undefined || !CMAKE_ERROR.test(found) || !found.endsWith(':')) return found;
  const what = lines.slice(index + 1).find((line) => line !== '');
  return what === undefined ? found : `${found} ${what.trim()}`;
}
