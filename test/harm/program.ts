import type { Act, Cast, Mine, Race, Story, Which } from './story.ts';

/** Where docker's data root may be. */
const ROOTS = [
  '/var/lib/docker',
  '/srv/data root/docker',
  '/data\\040x/docker',
  "/srv/it's $HOME",
  '/mnt/disk/docker.moved',
];
/** Odd names, for aliases and for binds. */
const NAMES = [
  '/mnt/all',
  '/mnt/with space',
  '/mnt/new\nline',
  '/mnt/tab\there',
  '/mnt/back\\slash',
  '/mnt/\\040',
  '/mnt/$(id)`id`\'"',
  '/mnt/é\u202e',
  '/mnt/-rf',
  '/mnt/umlaut\u00fc',
  '/opt/docker',
  '/rootfs',
];
/** Who may hold: comm and cgroup. */
const HOLDERS: readonly (readonly [string, string])[] = [
  ['ntpd', '/system.slice/ntpd.service'],
  ['sleep', '/user.slice/user-1000.slice/session-1.scope'],
  ['crio', '/system.slice/crio.service'],
  ['kubelet', '/system.slice/kubelet.service'],
  ['httpd', '/system.slice/httpd.service'],
  ['containerd', '/system.slice/containerd.service'],
  ['chronyd', '/system.slice/chronyd.service'],
  ['sshd', '/system.slice/ssh.service'],
  ['cron) 1 S', '/system.slice/cron.service'],
  ['evil\ttab\nline', '/'],
  ['mysqld', '/system.slice/mysqld.service'],
  ['systemd', '/user.slice/user-0.slice/user@0.service/init.scope'],
];

export const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
const line = (...words: readonly string[]): string => words.map(quote).join(' ');

export interface Placed {
  readonly id: string;
  readonly name: string;
  readonly layer: string;
  readonly cast: Cast;
}

/** A story with names for all that is in it, and as programs of host/world.sh. */
export class Program {
  readonly story: Story;
  readonly root: string;
  readonly containers: readonly Placed[];
  readonly #holders: string[] = [];
  readonly #orphans: string[] = [];
  readonly #locked = new Set<string>();

  constructor(story: Story) {
    this.story = story;
    this.root = ROOTS[story.root % ROOTS.length] ?? '/var/lib/docker';
    const placed: Placed[] = [];
    for (const [i, cast] of story.cast.entries()) {
      const before = placed.at(-1);
      const [id, layer] = cast.twin && before ? [twinOf(before.id), twinOf(before.layer)] : [hex(i, 'c'), hex(i, '1')];
      placed.push({ id, layer, name: `app-${i}`, cast });
    }
    this.containers = placed;
  }

  /** All that happened before we come. */
  setup(): string {
    const { story } = this;
    const events = story.acts.map((act, i) => ({ at: i + 0.5, tell: () => this.#act(act) }));
    for (const [i, { cast }] of this.containers.entries()) {
      const starts = Math.min(cast.starts, story.acts.length);
      events.push({ at: starts, tell: () => this.#start(i, 0) });
      const released = starts + (cast.released ?? 0) + 0.75;
      const unmounts =
        cast.fate === 'stopped' || cast.fate === 'restarted' || (isDead(cast) && cast.released !== undefined);
      if (unmounts) events.push({ at: released, tell: () => this.#release(i) });
      if (cast.fate === 'restarted') events.push({ at: released + 1, tell: () => this.#start(i, 1) });
    }
    const told = events.toSorted((a, b) => a.at - b.at).map(({ tell }) => tell());
    return [...this.#daemon(), ...told, ...this.containers.map((_, i) => this.#fate(i))].join('\n');
  }

  /** What ends, once all namespaces are known; to be told after the setup. */
  endings(): string {
    return this.#orphans.join('\n');
  }

  /** What happens in between. */
  race({ what, where, of }: Race): string {
    const space = this.#space(where);
    const holder = this.#holders.length === 0 ? undefined : this.#holders[where % this.#holders.length];
    const { id } = this.container(of.container);
    const at = this.pathOf(of);
    switch (what) {
      case 'kill':
        return holder === undefined ? ':' : `end "$ns_${holder}"`;
      case 'reuse':
        return holder === undefined ? ':' : `reuse ${holder}`;
      case 'start':
        return [this.#start(of.container, 2), this.#put(of.container, 'running', false, 1)].join('\n');
      case 'remove':
        return `sh /h/remove ${id} || :`;
      case 'removing':
        return this.#put(of.container, 'removing', true, 0);
      case 'dockerd':
        return `end "$ns_dockerd"\n${line('dockerd', this.story.dockerd)}`;
      case 'holder':
        return this.#act({ do: 'holder', where, copies: 'private', who: where });
      case 'over':
        return this.#act({ do: 'over', where, of });
      case 'swap':
        return `${line('within', space, 'umount', at)}\n${line('within', space, 'mount', '-t', 'tmpfs', 'foreign', at)}`;
      case 'unmount':
        return line('within', space, 'umount', at);
      default:
        return what satisfies never;
    }
  }

  container(number: number): Placed {
    const found = this.containers[number % this.containers.length];
    if (found === undefined) throw new Error('a story without containers');
    return found;
  }

  /** docker's own paths of a container. */
  pathOf({ container, which }: Mine): string {
    const { id, layer } = this.container(container);
    return which === 'shm' ? `${this.root}/containers/${id}/mounts/shm` : this.rootfsOf(layer);
  }

  rootfsOf(layer: string): string {
    return `${this.root}/${this.#layers.replace('LAYER', layer)}`;
  }

  get #layers(): string {
    const { driver } = this.story;
    if (driver.startsWith('overlay')) return `${driver}/LAYER/merged`;
    return driver === 'zfs' ? 'zfs/graph/LAYER' : `${driver}/mnt/LAYER`;
  }

  #daemon(): string[] {
    const { disk, driver, rule, dockerd } = this.story;
    const told = [
      'ServerVersion="19.03.15"',
      `DockerRootDir=${JSON.stringify(this.root)}`,
      `Driver="${driver}"`,
      'LiveRestoreEnabled=false',
    ];
    return [
      line('kernel', rule),
      line('data_root', disk, this.root),
      `printf '%s\\n' ${line(...told)} >/s/daemon`,
      `printf '%s\\n' ${quote(`ROOT=${quote(this.root)} DRIVER=${driver} RULE=${rule} ROOTFS=${this.#layers}`)} >/s/docker`,
      line('dockerd', dockerd),
    ];
  }

  #start(container: number, time: number): string {
    const { id, layer, name, cast } = this.container(container);
    const made = (['shm', 'rootfs'] as const).map((which) =>
      line('within', 'dockerd', 'sh', '/h/mount', `c${container}-${which}-${time}`, this.pathOf({ container, which })),
    );
    const record = line('layer', id, layer, `${this.root}/image/${this.story.driver}/layerdb/mounts/${id}`, name);
    const runs = cast.fate === 'running' || (cast.fate === 'restarted' && time === 1);
    return [...(time === 0 ? [record] : []), ...made, ...(runs ? [this.#run(container, time)] : [])].join('\n');
  }

  #run(container: number, time: number): string {
    const { id, cast } = this.container(container);
    // docker joins the ipc namespace of a running container only: not in the middle of a run, when that one is Dead.
    const ipc = cast.ipc === undefined || time === 2 ? container : cast.ipc;
    const sources = ['/', this.root, `${this.root}/containers`];
    const binds = cast.binds.flatMap(({ source, copies }) => [sources[source] ?? '/', copies]);
    return line(
      'run',
      id,
      this.pathOf({ container, which: 'rootfs' }),
      this.pathOf({ container: ipc, which: 'shm' }),
      ...binds,
    );
  }

  #release(container: number): string {
    const unmount = (which: Which) => line('within', 'dockerd', 'umount', this.pathOf({ container, which }));
    return [unmount('shm'), unmount('rootfs')].join('\n');
  }

  #fate(container: number): string {
    const { cast } = this.container(container);
    switch (cast.fate) {
      case 'dead':
        return this.#put(container, 'dead', true, 0);
      case 'removing':
        return this.#put(container, 'removing', true, 0);
      case 'stopped':
        return this.#put(container, 'exited', false, 0);
      default:
        return ':';
    }
  }

  #put(container: number, status: string, dead: boolean, pid: number): string {
    return line(
      'put',
      this.container(container).id,
      `State.Status="${status}"`,
      `State.Dead=${dead}`,
      `State.Pid=${pid}`,
    );
  }

  /** The variable of a namespace, in world.sh. */
  #space(where: number): string {
    const spaces = ['host', 'dockerd', ...this.#holders];
    return spaces[where % spaces.length] ?? 'host';
  }

  #act(act: Act): string {
    const space = this.#space(act.where);
    switch (act.do) {
      case 'holder': {
        const [comm, cgroup] = HOLDERS[act.who % HOLDERS.length] ?? ['sleep', '/'];
        const name = `h${this.#holders.length}`;
        this.#holders.push(name);
        // What was copied into a user namespace stays locked in every copy of that, which nothing tells.
        const from = this.#locked.has(space) ? 'host' : space;
        if (act.copies === 'userns') this.#locked.add(name);
        return line('holder', name, from, act.copies, comm, cgroup);
      }
      case 'another': {
        const [comm, cgroup] = HOLDERS[act.who % HOLDERS.length] ?? ['sleep', '/'];
        return line('another', space, comm, cgroup);
      }
      case 'alias': {
        const sources = [
          '/',
          this.root,
          `${this.root}/containers`,
          `${this.root}/containers/${this.container(act.of).id}`,
        ];
        return line('within', space, 'sh', '/h/alias', sources[act.of % 4] ?? '/', this.#name(act.at), act.copies);
      }
      case 'tag': {
        const { id } = this.container(act.what);
        const paths = [
          '/',
          this.root,
          this.pathOf({ container: act.what, which: 'shm' }),
          this.pathOf({ container: act.what, which: 'rootfs' }),
          `${this.root}/containers/${id}`,
        ];
        return line(
          'within',
          space,
          'mount',
          `--make-${act.as === 'unchanged' ? 'unbindable' : act.as}`,
          paths[act.what % 5] ?? '/',
        );
      }
      case 'over':
        return line('within', space, 'mount', '-t', 'tmpfs', 'foreign', this.pathOf(act.of));
      case 'below':
        return line('within', space, 'sh', '/h/mount', 'foreign', `${this.pathOf(act.of)}/data`);
      case 'twice':
        return line('within', space, 'mount', '--bind', this.pathOf(act.of), this.pathOf(act.of));
      case 'hide':
        return line('within', space, 'mount', '-t', 'tmpfs', 'foreign', `${this.root}/containers`);
      case 'busy':
        return line('busy', space, this.pathOf(act.of));
      case 'deleted':
        return line(
          'within',
          space,
          'sh',
          '/h/deleted',
          `${this.root}/containers/${this.container(act.of.container).id}/gone`,
          this.#name(act.where + 3),
        );
      case 'bind': {
        const suffix = this.pathOf(act.of).slice(this.root.length);
        const targets = [
          `/backup${suffix}`,
          `${this.#name(act.at)}${suffix}`,
          this.#name(act.at),
          this.pathOf(act.of),
          `${this.root}/volumes/v${suffix}`,
        ];
        return line(
          'within',
          space,
          'sh',
          '/h/bind',
          `${this.pathOf(act.of)}${act.part ? '/part' : ''}`,
          targets[act.at % 5] ?? '/backup',
        );
      }
      case 'unmount':
        return line('within', space, 'umount', this.pathOf(act.of));
      case 'orphan':
        this.#orphans.push(line('orphan', space));
        return ':';
      default:
        return act satisfies never;
    }
  }

  #name(at: number): string {
    return NAMES[at % NAMES.length] ?? '/mnt/all';
  }
}

export const isDead = (cast: Cast): boolean => cast.fate === 'dead' || cast.fate === 'removing';

const hex = (number: number, digit: string): string => `${number}${digit}`.repeat(32);
const twinOf = (id: string): string => id.slice(0, -1) + ((Number.parseInt(id.slice(-1), 16) + 1) % 16).toString(16);
