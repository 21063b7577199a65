// Loaded into the command line before it: reports how long after the process began QEMU was started. It is
// required, since importing would have Node load its loader of modules first, which zosia does without.
const childProcess = require('node:child_process');
const { syncBuiltinESMExports } = require('node:module');
const { basename } = require('node:path');
const { performance } = require('node:perf_hooks');
const process = require('node:process');

const { spawn } = childProcess;
childProcess.spawn = (program, args, ...rest) => {
  // QEMU may be started through a program that ties its life to ours.
  if ([program, ...args].some((word) => basename(word).startsWith('qemu-system-'))) {
    process.stderr.write(`qemu-started-after-ms=${performance.now().toFixed(0)}\n`);
  }
  return spawn(program, args, ...rest);
};
syncBuiltinESMExports();
