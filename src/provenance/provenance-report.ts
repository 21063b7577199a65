import type { ImageManifest } from './image-manifest.js';

/** What is not as it should be. */
export interface ProvenanceProblem {
  /** Stable, in kebab-case: `file-differs`. */
  readonly code: string;
  /** A path within the image, or what of its manifest. */
  readonly where: string;
  /** One line for people, without the place. */
  readonly message: string;
}

/** A file on a disk of which not all was compared. */
export interface PartlyCompared {
  /** Its path on the disk. */
  readonly where: string;
  readonly comparedBytes: number;
  readonly sizeBytes: number;
  /** One line for people, with what to do. */
  readonly message: string;
}

/** Whose the parts of an initramfs are, as its manifest has it. */
export interface GuestOrigins {
  /** `base`: PID 1 is that of the base. */
  readonly init: 'zosia' | 'base';
  /** `own`: out of a folder of the user's, which only the manifest tells of. */
  readonly llama: 'packages' | 'own';
  /** The sha256 of the root file system that it is layered on. */
  readonly base?: string | undefined;
}

/** What came out of comparing an image with its manifest, and with what that names. */
export interface ProvenanceReport {
  readonly path: string;
  readonly product: ImageManifest['product'];
  /** No more than 1000 are described. */
  readonly problems: readonly ProvenanceProblem[];
  readonly problemCount: number;
  /** Entries whose origin nobody knows; each is a problem as well. */
  readonly unknown: readonly string[];
  /**
   * A base and files whose origin the manifest alone tells, in places where zosia puts its own; each is a problem
   * as well. No more than 1000 are listed.
   */
  readonly manifestOnly: readonly string[];
  /** Models and additions: zosia puts files of the user's there, and the manifest alone has their digests. */
  readonly yours: readonly string[];
  /** Of an initramfs alone. */
  readonly guest?: GuestOrigins | undefined;
  /** Files that are the same as in the packages, programs or files that they come from, and their bytes. */
  readonly fileCount: number;
  readonly comparedBytes: number;
  /** Files of which the manifest has a digest of their beginning alone: their weights may be any. */
  readonly notCompared: readonly PartlyCompared[];
  /** What else could not be compared. */
  readonly notes: readonly string[];
}

const MAX_DESCRIBED = 1000;

/** Collects what is found. */
export class ProvenanceFindings {
  readonly problems: ProvenanceProblem[] = [];
  readonly unknown: string[] = [];
  readonly manifestOnly: string[] = [];
  readonly yours: string[] = [];
  readonly notCompared: PartlyCompared[] = [];
  readonly notes: string[] = [];
  problemCount = 0;
  fileCount = 0;
  comparedBytes = 0;

  problem(code: string, where: string, message: string): void {
    this.problemCount++;
    if (this.problems.length < MAX_DESCRIBED) this.problems.push({ code, where, message });
  }

  noOrigin(where: string, message = 'nothing that the manifest names has it'): void {
    if (this.unknown.length < MAX_DESCRIBED) this.unknown.push(where);
    this.problem('no-origin', where, message);
  }

  onlyByManifest(where: string): void {
    if (this.manifestOnly.length < MAX_DESCRIBED) this.manifestOnly.push(where);
    this.problem('manifest-only', where, 'nothing but the manifest says where it comes from');
  }

  ofUser(where: string): void {
    if (this.yours.length < MAX_DESCRIBED) this.yours.push(where);
  }

  partly(
    where: string,
    {
      product,
      ...sizes
    }: Pick<PartlyCompared, 'comparedBytes' | 'sizeBytes'> & {
      readonly product: ImageManifest['product'];
    },
  ): void {
    const remedy =
      product === 'efi-disk'
        ? 'add it with zosia model add, and write it by that name'
        : 'write it with zosia image model --verify';
    const message = `the weights of ${where} were not compared: the manifest has no digest of them; ${remedy}`;
    if (this.notCompared.length < MAX_DESCRIBED)
      this.notCompared.push({ where, ...sizes, message });
  }

  same(bytes: number): void {
    this.fileCount++;
    this.comparedBytes += bytes;
  }
}
