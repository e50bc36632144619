/**
 * How a host was kept from being written to while it was looked at. `namespace`: the probes' mounts were read-only and
 * docker answered its reading verbs only. `uid`: they ran as a user without root's rights. `none`: by the scripts' own care alone.
 */
export type Enforcement = 'namespace' | 'uid' | 'none';
