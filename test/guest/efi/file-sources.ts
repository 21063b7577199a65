/** What reading files and partitions takes of the EFI application, from guest/ on. */
export const FILE_SOURCES: readonly string[] = [
  ...['files', 'file_read', 'file_paths', 'volumes', 'partitions', 'device_path'].map(
    (name) => `efi/firmware/${name}.c`,
  ),
  ...['pages', 'status', 'firmware'].map((name) => `efi/firmware/${name}.c`),
  ...['gpt/gpt', 'gguf/split_name', 'base/text', 'base/failure'].map((name) => `engine/${name}.c`),
  ...['shared/strings.c', 'shared/utf8.c'],
];
