// Loaded into the command line before it: reports how long after the process began QEMU was started.
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

const { spawn } = childProcess;
childProcess.spawn = (program, args, ...rest) => {
  // QEMU may be started through a program that ties its life to ours.
  if ([program, ...args].some((word) => basename(word).startsWith('qemu-system-'))) {
    process.stderr.write(`qemu-started-after-ms=${performance.now().toFixed(0)}\n`);
  }
  return spawn(program, args, ...rest);
};
syncBuiltinESMExports();
