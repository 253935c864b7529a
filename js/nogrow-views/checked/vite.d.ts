export interface CheckedOptions {
  /** Whether to check a file, by its path. The default leaves out `node_modules`. */
  include?: (file: string) => boolean;
}

/** A plugin as Vite describes it. */
export interface CheckedPlugin {
  name: string;
  apply: "serve";
  enforce: "post";
}

/**
 * Return a plugin for Vitest and for Vite's server, with which an access by index to a detached view throws. It does
 * not change what `vite build` writes.
 */
export default function checkedIndexes(options?: CheckedOptions): CheckedPlugin;
