import type { Builder } from '../../../src/toolchain/builder.js';

/** A builder like another one but for some of its parts. */
export const changedBuilder = (builder: Builder, parts: Partial<Builder>): Builder => ({
  kind: builder.kind,
  folder: builder.folder,
  run: (program, args, options) => builder.run(program, args, options),
  write: (files) => builder.write(files),
  copy: (source, path) => builder.copy(source, path),
  read: (path) => builder.read(path),
  capacity: () => builder.capacity(),
  ...parts,
});
