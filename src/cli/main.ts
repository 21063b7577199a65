#!/usr/bin/env node
// What old versions of Node.js cannot read, or packages that do not run there, must not be loaded before they
// are told: this file and what it imports keep to syntax of ten years ago, and the rest is loaded afterwards.
import { refuseOldNode } from './node-version.js';

const refusal = refuseOldNode(process.versions.node);
if (refusal === '') {
  void import('./command-line.js')
    .then(({ runCommandLine }) => runCommandLine(process.argv))
    .then((status) => {
      process.exitCode = status;
    });
} else {
  process.stderr.write(refusal);
  process.exitCode = 1;
}
