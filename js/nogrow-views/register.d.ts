/** What `nogrow check --format json` prints; only the parts that matter here. */
export interface Report {
  schema: "nogrow/report/1";
  artifacts: readonly object[];
}

export interface RegisterOptions {
  /** A report, or its JSON. It tells which exports leave the memory alone; they do not detach. */
  report?: Report | string;
  /** Leave modules alone that the report does not have. The default is false: all their exports detach. */
  onlyReported?: boolean;
}

/**
 * Take the report into account for modules that are instantiated from now on; without one, all exports detach.
 *
 * @throws TypeError if it is another kind of report
 */
export function configure(options: RegisterOptions): void;

/** Views of one place that a call detached, that are still referenced, and that the program has not looked at since. */
export interface DetachedViews {
  /** The class of the views, such as `Uint8Array`. */
  kind: string;
  /** The number of the views. */
  count: number;
  /** Where the views were made: `FILE:LINE:COLUMN`. */
  made: string;
  /** Whether the same place has made views of several buffers, as a cache does that is renewed before each use. */
  renewed: boolean;
  /** Where the export was called that detached them. */
  detached: string;
  exportName: string;
  memoryName: string;
}

/** Collect garbage if the engine allows it, and return the detached views that are still referenced. */
export function report(): DetachedViews[];
