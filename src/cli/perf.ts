import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { addPerfMatrixCommand } from './perf-matrix.js';
import { addPerfReportCommand } from './perf-report.js';
import { addPerfRunCommand } from './perf-run.js';
import { addPerfTuneCommand } from './perf-tune.js';
import { applyVariables } from './perf-variables.js';

export function addPerfCommand(program: Command, context: CliContext): void {
  const perf = program
    .command('perf')
    .description('measure tokens per second, and find what is fastest')
    .hook('preAction', (_, command) => {
      applyVariables(command, process.env);
    });
  addPerfRunCommand(perf, context);
  addPerfMatrixCommand(perf, context);
  addPerfTuneCommand(perf, context);
  addPerfReportCommand(perf, context);
}
