import { byteStringBytes } from '../../formats/byte-string.js';
import type { ByteString } from '../../formats/byte-string.js';
import type { Timestamp } from '../../formats/entry.js';
import { escapeName } from '../../formats/escaped-name.js';
import { accessBytes } from '../../image/random-access.js';
import type { RandomAccess } from '../../image/random-access.js';
import { sliceAccess } from '../../image/slice-access.js';
import type { DataRange, ImageNode, NamedNode } from '../node.js';
import type { CpioFile } from '../../formats/cpio/root/file.js';

type IsHidden = (file: CpioFile) => boolean;

/** The file of an archive as one of an image. Its properties are made when asked for: there are many. */
export class CpioNode implements ImageNode {
  constructor(
    private readonly file: CpioFile,
    private readonly isHidden: IsHidden,
  ) {}

  get id(): number {
    return this.file.id;
  }
  get type(): ImageNode['type'] {
    return this.file.type;
  }
  get mode(): number {
    return this.file.mode;
  }
  get uid(): number {
    return this.file.uid;
  }
  get gid(): number {
    return this.file.gid;
  }
  get mtime(): Timestamp {
    return { seconds: this.file.mtimeSeconds };
  }
  get device(): ImageNode['device'] {
    return this.file.device;
  }
  get linkCount(): number {
    return this.type === 'directory' ? 2 : this.file.nameCount;
  }
  get sizeBytes(): number {
    return this.file.target?.length ?? this.file.dataBytes;
  }
  get sequence(): number {
    const { part, offset } = this.file;
    return part ? part.offset * 2 ** 20 + offset : 0;
  }

  async *list(): AsyncGenerator<readonly NamedNode[], void, undefined> {
    const children = this.file.children!;
    const named: NamedNode[] = [];
    // In order, so that nobody who sorts them has to compare much.
    for (const name of [...children.keys()].sort()) {
      const file = children.get(name)!;
      if (!this.isHidden(file)) named.push(new CpioName(name, file, this.isHidden));
    }
    yield await Promise.resolve(named);
  }

  readLink(): Promise<Uint8Array> {
    return Promise.resolve(byteStringBytes(this.file.target ?? ''));
  }

  open(): Promise<RandomAccess> {
    const { part, offset, dataBytes } = this.file;
    return Promise.resolve(
      part ? sliceAccess(part.content, offset, dataBytes) : accessBytes(new Uint8Array(0)),
    );
  }

  async *dataRanges(): AsyncGenerator<DataRange, void, undefined> {
    const { dataBytes } = this.file;
    if (dataBytes > 0) yield await Promise.resolve({ offset: 0, length: dataBytes });
  }
}

class CpioName implements NamedNode {
  constructor(
    private readonly byteString: ByteString,
    private readonly file: CpioFile,
    private readonly isHidden: IsHidden,
  ) {}

  get nameBytes(): Uint8Array {
    return byteStringBytes(this.byteString);
  }
  get name(): string {
    return escapeName(this.nameBytes);
  }
  get node(): ImageNode {
    return new CpioNode(this.file, this.isHidden);
  }
}
