/**
 * A process that runs one program on a pseudo-terminal: node-pty now and then ends the process that it is in, and
 * that must not be one that runs tests. Arguments: the columns, the rows, the program and its arguments. Messages to
 * it: `{ type: keys }`, `{ resize: [columns, rows] }`, `{ kill: true }`, `{ close: true }`; from it:
 * `{ shown: text }`, `{ ended: status }`.
 */
import process from 'node:process';
import { spawn } from '@lydell/node-pty';

const [columns, rows, program, ...args] = process.argv.slice(2);
const terminal = spawn(program, args, {
  cwd: process.cwd(),
  cols: Number(columns),
  rows: Number(rows),
  name: 'xterm-256color',
  env: process.env,
});
let hasEnded = false;
terminal.onData((shown) => process.send?.({ shown }));
terminal.onExit(({ exitCode }) => {
  hasEnded = true;
  process.send?.({ ended: exitCode });
});

process.on('message', ({ type, resize, kill, close }) => {
  if (hasEnded) return;
  if (type !== undefined) terminal.write(type);
  if (resize !== undefined) terminal.resize(...resize);
  if (kill) terminal.kill('SIGKILL');
  if (close) terminal.destroy();
});
process.on('disconnect', () => {
  if (!hasEnded) terminal.kill('SIGKILL');
  process.exit();
});
