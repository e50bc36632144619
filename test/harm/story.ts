import fc from 'fast-check';

/** Where one of docker's own mounts of a container is. */
export type Which = 'shm' | 'rootfs';
/** A mount namespace, by its place among those that there are when it is needed: the host's, dockerd's, then the holders'. */
export type Where = number;

/** What happened on a host before we come. Numbers pick from what there is, so that every story can be told. */
export type Act =
  | { readonly do: 'holder'; readonly where: Where; readonly copies: Copies; readonly who: number }
  | { readonly do: 'another'; readonly where: Where; readonly who: number }
  | { readonly do: 'alias'; readonly where: Where; readonly of: number; readonly at: number; readonly copies: Copies }
  | { readonly do: 'tag'; readonly where: Where; readonly what: number; readonly as: Copies }
  | { readonly do: 'over' | 'below' | 'twice' | 'hide' | 'busy' | 'deleted'; readonly where: Where; readonly of: Mine }
  | { readonly do: 'bind'; readonly where: Where; readonly of: Mine; readonly part: boolean; readonly at: number }
  | { readonly do: 'unmount'; readonly where: Where; readonly of: Mine }
  | { readonly do: 'orphan'; readonly where: Where };
/** A mount of a container's. */
export interface Mine {
  readonly container: number;
  readonly which: Which;
}
/** userns: private, in a user namespace of its own. */
export type Copies = 'private' | 'slave' | 'shared' | 'unchanged' | 'userns';

export interface Cast {
  readonly fate: 'dead' | 'removing' | 'stopped' | 'running' | 'restarted';
  /** Its id and its layer's name differ from those of the container before it in the last digit only. */
  readonly twin: boolean;
  /** Among the acts: when it starts. */
  readonly starts: number;
  /** Among the acts, counted from its start: when docker unmounts what it has of it. undefined, for a Dead one: never. */
  readonly released: number | undefined;
  /** Of a running one: what it has of the host. */
  readonly binds: readonly { readonly source: 0 | 1 | 2; readonly copies: 'private' | 'slave' }[];
  /** Of a running one: whose /dev/shm it uses. */
  readonly ipc: number | undefined;
}

/** What happens to the host while we are at work, before a change is applied. */
export interface Race {
  readonly before: number;
  readonly what:
    | 'kill'
    | 'reuse'
    | 'start'
    | 'remove'
    | 'removing'
    | 'dockerd'
    | 'holder'
    | 'over'
    | 'swap'
    | 'unmount';
  readonly where: Where;
  readonly of: Mine;
}

export interface Story {
  readonly root: number;
  readonly disk: 'directory' | 'tmpfs' | 'bind';
  readonly driver: string;
  /** Where a mountpoint is busy: in any mount namespace (EL7), or only in dockerd's own (since 3.18). */
  readonly rule: 'any' | 'own';
  readonly dockerd: 'host' | 'slave' | 'private';
  readonly cast: readonly Cast[];
  readonly acts: readonly Act[];
  readonly lazy: boolean;
  /** The shipped playbook, not only its two steps that change something. */
  readonly ladder: boolean;
  readonly race: Race | undefined;
}

const where = fc.integer({ min: 0, max: 5 });
const mine = fc.record({ container: fc.integer({ min: 0, max: 3 }), which: fc.constantFrom<Which>('shm', 'rootfs') });
const copies = fc.constantFrom<Copies>('private', 'slave', 'shared', 'unchanged');
const small = fc.integer({ min: 0, max: 11 });

const holder = fc.record({
  do: fc.constant('holder' as const),
  where,
  copies: fc.oneof({ weight: 8, arbitrary: copies }, { weight: 1, arbitrary: fc.constant('userns' as const) }),
  who: small,
});
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: holder },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('another' as const), where, who: small }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('alias' as const), where, of: small, at: small, copies }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('tag' as const), where, what: small, as: copies }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'over' as const,
        'below' as const,
        'twice' as const,
        'hide' as const,
        'busy' as const,
        'deleted' as const,
      ),
      where,
      of: mine,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('bind' as const), where, of: mine, part: fc.boolean(), at: small }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unmount' as const), where, of: mine }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('orphan' as const), where }) },
);

const cast: fc.Arbitrary<Cast> = fc.record({
  fate: fc.oneof(
    { weight: 6, arbitrary: fc.constant('dead' as const) },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        'removing' as const,
        'stopped' as const,
        'running' as const,
        'running' as const,
        'restarted' as const,
      ),
    },
  ),
  twin: fc.boolean(),
  starts: fc.integer({ min: 0, max: 4 }),
  released: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
  binds: fc.array(
    fc.record({
      source: fc.constantFrom(0 as const, 1 as const, 2 as const),
      copies: fc.constantFrom('private' as const, 'slave' as const),
    }),
    { maxLength: 1 },
  ),
  ipc: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined, freq: 3 }),
});

const race: fc.Arbitrary<Race> = fc.record({
  before: fc.integer({ min: 0, max: 3 }),
  what: fc.constantFrom('kill', 'reuse', 'start', 'remove', 'removing', 'dockerd', 'holder', 'over', 'swap', 'unmount'),
  where,
  of: mine,
});

export const stories: fc.Arbitrary<Story> = fc.record({
  root: fc.integer({ min: 0, max: 4 }),
  disk: fc.constantFrom('directory', 'directory', 'tmpfs', 'bind'),
  driver: fc.constantFrom('overlay2', 'overlay2', 'overlay', 'devicemapper', 'aufs', 'zfs'),
  rule: fc.constantFrom('any', 'own'),
  dockerd: fc.constantFrom('host', 'host', 'slave', 'private'),
  cast: fc.array(cast, { minLength: 1, maxLength: 4 }),
  acts: fc.array(act, { minLength: 1, maxLength: 8 }),
  lazy: fc.boolean(),
  ladder: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  race: fc.option(race, { nil: undefined, freq: 2 }),
});
