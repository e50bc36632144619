import type { Finding } from '../../core/finding.ts';
import type { Json } from '../../core/json.ts';

/** A stuck container, and one namespace in which a holder keeps mounts of it. */
export interface HeldMounts {
  readonly container: string;
  /** RFC 3339: it has not been running since. */
  readonly since?: string;
  readonly mounts: readonly HeldMount[];
  readonly holder: HolderFacts;
  /** Why nothing is unmounted there; empty: it may be. */
  readonly refused: readonly string[];
}

export interface HeldMount {
  /** Where docker has it. */
  readonly path: string;
  /** Where the namespace has it. */
  readonly mountpoint: string;
  /** Its inode. */
  readonly namespace: string;
  readonly propagation: string;
}

export interface HolderFacts {
  /** `container`, `unit`, `shim`, `process`, `thread`, `nobody`, `host`, `dockerd`. */
  readonly kind: string;
  /** The same on every host that has this holder. */
  readonly name: string;
  /** With what tells it apart on its host, e.g. `unit ntpd.service (pid 812)`. */
  readonly who: string;
  /** `/:/rootfs` */
  readonly bind?: string;
}

/** What a finding of a held mount says in its data; undefined for every other finding, and for one whose data is not of this shape. */
export function heldMounts({ data }: Finding): HeldMounts | undefined {
  const holder = holderIn(data?.holder);
  const mounts = listIn(data?.mounts).flatMap(mountIn);
  if (holder === undefined || mounts.length === 0) return undefined;
  const container = textAt(data?.container, 'name') ?? textAt(data?.container, 'id') ?? 'a container';
  const since = textAt(data?.container, 'since');
  return {
    container,
    ...(since === undefined ? {} : { since }),
    mounts,
    holder,
    refused: listIn(data?.refused).map(String),
  };
}

function holderIn(value: Json | undefined): HolderFacts | undefined {
  const kind = textAt(value, 'kind');
  if (kind === undefined) return undefined;
  const name = textAt(value, 'name') ?? kind;
  const bind = textAt(value, 'bind');
  return { kind, name, who: textAt(value, 'who') ?? name, ...(bind === undefined ? {} : { bind }) };
}

function mountIn(value: Json): HeldMount[] {
  const [path, namespace] = [textAt(value, 'path'), textAt(value, 'namespace')];
  if (path === undefined || namespace === undefined) return [];
  const mountpoint = textAt(value, 'mountpoint') ?? path;
  return [{ path, namespace, mountpoint, propagation: textAt(value, 'propagation') ?? '' }];
}

const listIn = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

function textAt(value: Json | undefined, key: string): string | undefined {
  const field = isObject(value) ? value[key] : undefined;
  return typeof field === 'string' ? field : undefined;
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
