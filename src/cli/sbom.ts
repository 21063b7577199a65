import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { allowOutsideOption } from './options/allow-outside.js';
import { addMirrorOption, withFetchSettings } from './options/fetch.js';
import type { FetchFlags } from './options/fetch.js';
import { modelsDirOption, modelStore } from './options/models.js';
import type { ModelsFlags } from './options/models.js';
import { createdOption } from './options/source-date.js';
import { printJson, say } from './output/output.js';

interface Flags extends Pick<FetchFlags, 'offline' | 'mirror'>, ModelsFlags {
  out?: string | undefined;
  created?: number | undefined;
  allowOutside?: true | undefined;
}

export function defineSbom(command: Command, context: CliContext): void {
  command
    .argument(
      '<image>',
      'a kernel, an initramfs, a model disk or an EFI disk that zosia has written',
    )
    .option('--out <file>', 'where to write it; stdout unless given')
    .addOption(createdOption())
    .addOption(allowOutsideOption())
    .addOption(modelsDirOption())
    .option('--offline', 'use the cache alone');
  addMirrorOption(command)
    .addHelpText(
      'after',
      `
It says what the image is made of, as SPDX 2.3 in JSON: each of Debian's packages with version, licence, where
its source is and sha256; zosia's own kernel and programs; models with the origin and the licence that their
metadata name. It goes by the manifest beside the image: zosia verify --provenance compares both. Licences are
those of the copyright file in each package: what the cache lacks is fetched. The same image gives the same
document.

Examples:
  zosia sbom artifacts/aarch64/initramfs.cpio
  zosia sbom artifacts/model-disk/model.vmdk --out model.spdx.json`,
    )
    .action(async (path: string, { out, created, allowOutside, modelsDir, ...flags }: Flags) => {
      const { describeAsSpdx } = await import('../provenance/sbom.js');
      const entries = await modelStore({ modelsDir }).list();
      const models = entries.flatMap(({ model }) => model ?? []);
      const document = await withFetchSettings(flags, context, (settings) =>
        describeAsSpdx(path, { ...settings, createdSeconds: created, models, allowOutside }),
      );
      if (out === undefined) {
        printJson(document);
        return;
      }
      const { manifestPath } = await import('../recipes/manifest.js');
      const { refuseOverwriting } = await import('../recipes/refuse-overwriting.js');
      await refuseOverwriting([path, manifestPath(path)], [out]);
      const { writeOutput } = await import('../host/output-file.js');
      await writeOutput(out, `${JSON.stringify(document, null, 2)}\n`, { signal: context.signal });
      say(`wrote ${out}`);
    });
}
