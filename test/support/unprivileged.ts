import { execa } from 'execa';

/** A user that tests run programs as: nobody where root runs the tests, else whoever does. */
export interface OtherUser {
  /** For `spawn`. */
  readonly ids: { readonly uid: number; readonly gid: number } | Record<string, never>;
  /** Gives a folder, with all that is in it, to the user. */
  own(folder: string): Promise<void>;
}

export async function unprivilegedUser(): Promise<OtherUser> {
  if (process.getuid?.() !== 0) return { ids: {}, own: () => Promise.resolve() };
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await execa('id', [flag, 'nobody'])).stdout)),
  );
  return {
    ids: { uid: uid!, gid: gid! },
    own: async (folder) => {
      await execa('chown', ['-R', `${uid!}:${gid!}`, folder]);
    },
  };
}
