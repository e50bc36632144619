import type { JsonObject } from './json.ts';
import type { PlacedSecret } from './secret.ts';

/** One machine of the inventory. */
export interface Host {
  readonly name: string;
  /** Every group it is in, nested ones too, `all` included; sorted. */
  readonly groups: readonly string[];
  /** Group variables with the host's own on top. Where a secret belongs, a mask stands. */
  readonly vars: JsonObject;
  /** The secrets that belong into `vars`; left out where there are none. */
  readonly secrets?: readonly PlacedSecret[];
}

export interface Inventory {
  /** In the order of the files. */
  readonly hosts: readonly Host[];
  /** Group name to its host names: its own first, then those of its children, in the order that `group[0]` counts. `all` and `ungrouped` always exist, in the order of the files. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}
