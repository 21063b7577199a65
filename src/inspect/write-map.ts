import { writeOutput } from '../host/output-file.js';
import { escapeName } from '../formats/escaped-name.js';
import { hostRange } from './map/host.js';
import type { HostExtent } from './map/host.js';
import { mapImage } from './map/image.js';
import type { OpenImage } from './open-image.js';
import { readPageScript } from './page-script.js';
import { mapPage } from './page/page.js';

/**
 * Writes a page that draws what lies where in an image, and where that lies on the host. The same image
 * at the same paths gives the same page.
 *
 * @throws ZosiaError as `mapImage`, `readPageScript` and `writeOutput`
 */
export async function writeMapPage(
  image: OpenImage,
  out: string,
  signal?: AbortSignal,
): Promise<void> {
  const script = await readPageScript();
  const contents = await mapImage(image.disk, signal);
  const extents = hostExtents(image).map((each) => ({ ...each, path: printablePath(each.path) }));
  const host = hostRange(extents, image.sizeBytes);
  const page = mapPage({ title: printablePath(image.path), contents, host, script });
  await writeOutput(out, page, { signal });
}

const printablePath = (path: string): string => escapeName(new TextEncoder().encode(path));

/** Of a plain image its one file is all of it. */
function hostExtents({ container, extents, path, sizeBytes }: OpenImage): readonly HostExtent[] {
  if (container === 'vmdk') return extents;
  return [{ offset: 0, length: sizeBytes, path, fileOffset: 0 }];
}
