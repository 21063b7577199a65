// Downloads and verifies one file: URL, target, size, sha256. Prints the milliseconds that took, and the peak memory in KiB.
import { argv, resourceUsage, stdout } from 'node:process';
import { downloadFile } from '../../src/download/download-file.js';

const [url, target, sizeBytes, sha256] = argv.slice(2);
const began = performance.now();
void downloadFile(
  { name: 'file', url: new URL(url!), sizeBytes: Number(sizeBytes), sha256: sha256! },
  target!,
).then(() => {
  const durationMs = performance.now() - began;
  stdout.write(`${JSON.stringify({ durationMs, peakKiB: resourceUsage().maxRSS })}\n`);
});
