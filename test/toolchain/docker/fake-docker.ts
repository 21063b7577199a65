import { appendFile, chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export interface FakeDocker {
  /** The folder with the program `docker`. */
  readonly folder: string;
  /** Makes a command (`build`, `image inspect`, `run cat`) fail with what a real one prints. */
  fail(command: string, text: string): Promise<void>;
  /** Makes each build whose context has these words fail as it does when apt-get fails. */
  cutOff(words: string): Promise<void>;
  /** What base images say of themselves: the contents of /etc/os-release, and Docker's name of an architecture. */
  setBase(osRelease: string, architecture?: string): Promise<void>;
  /** The archive that a build was given, by its number from 1. */
  context(number: number): Promise<Buffer>;
  /** The arguments of every call, in order. */
  calls(): Promise<string[][]>;
  /** Those of them that are of a command: "build". */
  started(command: string): Promise<string[][]>;
  /** The names of the containers that are there. */
  containers(): Promise<string[]>;
}

/**
 * In place of `docker`: images are lines of a file and have one label, containers are files, and what is run in a container runs on this
 * host, with the container's folder in a folder of the fake's. A call is its arguments, each ended by a unit separator
 * (037), ended by a record separator (036).
 */
const PROGRAM = String.raw`
{ printf '%s\037' "$@"; printf '\036'; } >> "$here/calls"
command=$1
case $1 in image | container) command="$1 $2" ;; esac
for last; do :; done
[ "$last" = /etc/os-release ] && command='run cat'
if [ -f "$here/failing/$command" ]; then cat "$here/failing/$command" >&2; exit 1; fi

value_of() { # OPTION ARGUMENTS...
  option=$1
  while [ "$1" != "$option" ] || [ $# -eq "$count" ]; do shift; done
  printf '%s\n' "$2"
}
count=$(($# + 1))

case $command in
version) echo 20.10.24 ;;
'run cat') cat "$here/os-release" ;;
'image inspect')
  case $(value_of --format "$@") in
  *Architecture*) cat "$here/architecture" ;;
  *'index .Config.Labels "zosia.packages"'*) cat "$here/labels/$last" ;;
  *) grep -qxF -e "$last" "$here/images" && echo sha256:1 ;;
  esac
  ;;
pull) printf '%s\n' "$last" >> "$here/images" ;;
build)
  number=$(($(ls "$here/contexts" | wc -l) + 1))
  cat > "$here/contexts/$number"
  if grep -qF -f "$here/cut off" "$here/contexts/$number"; then cat "$here/apt failed" >&2; exit 1; fi
  value_of --tag "$@" >> "$here/images"
  value_of --label "$@" | sed -n 's/^zosia\.packages=//p' > "$here/labels/$(value_of --tag "$@")"
  ;;
run)
  name=$(value_of --name "$@")
  : > "$here/containers/$name"
  echo ready
  cat > /dev/null
  rm -f "$here/containers/$name"
  ;;
exec)
  shift
  cwd=.
  while :; do
    case $1 in
    --interactive) shift ;;
    --workdir) cwd=$here/build${'${2#/home/zosia/build}'}; shift 2 ;;
    *) break ;;
    esac
  done
  [ -f "$here/containers/$1" ] || { echo "Error: No such container: $1" >&2; exit 1; }
  shift
  for argument; do
    shift
    case $argument in
    /home/zosia/build*) argument=$here/build${'${argument#/home/zosia/build}'} ;;
    esac
    set -- "$@" "$argument"
  done
  cd "$cwd" && exec "$@"
  ;;
'container inspect') [ -f "$here/containers/$last" ] && echo true ;;
rm) rm -f "$here/containers/$last" ;;
esac
`;

/** What Docker 20.10 prints of an apt-get that cannot reach its source, red as it comes. */
export const APT_FAILED = [
  'Step 7/10 : RUN apt-get update     && apt-get install clang lld',
  ' ---> Running in 7d1c0d3b6a0e',
  'Err:1 http://archive.example/debian bookworm InRelease',
  "  Could not resolve 'archive.example'",
  "\u001b[91mE: Failed to fetch http://archive.example/x  Could not resolve 'archive.example'",
  'E: Some index files failed to download.',
  "\u001b[0mThe command '/bin/sh -c apt-get update' returned a non-zero code: 100",
  '',
].join('\n');

const BOOKWORM = 'ID=debian\nVERSION_CODENAME=bookworm\n';

/** Puts a fake `docker` into a folder, which is made. */
export async function makeFakeDocker(folder: string): Promise<FakeDocker> {
  for (const name of ['containers', 'build', 'failing', 'contexts', 'labels']) {
    await mkdir(join(folder, name), { recursive: true });
  }
  await writeFile(join(folder, 'docker'), `#!/bin/sh\nhere='${folder}'\n${PROGRAM}`);
  await chmod(join(folder, 'docker'), 0o755);
  for (const name of ['calls', 'images', 'cut off']) await writeFile(join(folder, name), '');
  await writeFile(join(folder, 'apt failed'), APT_FAILED);
  const setBase: FakeDocker['setBase'] = async (osRelease, architecture = 'amd64') => {
    await writeFile(join(folder, 'os-release'), osRelease);
    await writeFile(join(folder, 'architecture'), architecture);
  };
  await setBase(BOOKWORM);
  const calls = async (): Promise<string[][]> =>
    (await readFile(join(folder, 'calls'), 'utf8'))
      .split('\x1e')
      .filter((call) => call !== '')
      .map((call) => call.split('\x1f').slice(0, -1));
  return {
    folder,
    fail: (command, text) => writeFile(join(folder, 'failing', command), text),
    cutOff: (words) => appendFile(join(folder, 'cut off'), `${words}\n`),
    setBase,
    context: (number) => readFile(join(folder, 'contexts', String(number))),
    calls,
    started: async (command) => (await calls()).filter(([first]) => first === command),
    containers: () => readdir(join(folder, 'containers')),
  };
}

/** A search path on which the fake comes first. */
export const pathWith = ({ folder }: FakeDocker): string =>
  [folder, process.env.PATH].join(delimiter);
