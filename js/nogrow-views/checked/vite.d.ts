export interface CheckedOptions {
  /** Whether to check a file, by its path. The default leaves out `node_modules`. */
  include?: (file: string) => boolean;
}

/** Return a plugin for Vitest and Vite, with which an access by index to a detached view throws. */
export default function checkedIndexes(options?: CheckedOptions): { name: string; enforce: "post" };
