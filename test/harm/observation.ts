import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from 'node:fs';
import type { Host } from './host.ts';

/** One mount as a namespace has it now. Written apart from src/docker/mountinfo.ts, which is under test. */
export interface Mount {
  readonly id: string;
  readonly parent: string;
  readonly device: string;
  /** In the kernel's words, escapes and all. */
  readonly root: string;
  readonly point: string;
  readonly tags: string;
  readonly fstype: string;
  /** Given by the story: whose it is. */
  readonly source: string;
}

/** A mount namespace, held by a descriptor: the kernel tells of it even when no process is left in it. */
export interface Space {
  readonly inode: string;
  /** comm of the processes that were in it when it was opened. */
  readonly commands: readonly string[];
  mounts(): readonly Mount[];
}

/** All that must not change by itself. */
export interface Snapshot {
  readonly spaces: ReadonlyMap<string, readonly Mount[]>;
  /** By path, as process 1 sees it. */
  readonly tree: ReadonlyMap<string, Entry>;
  /** What docker tells of each container, by id: the file of the double. */
  readonly containers: ReadonlyMap<string, string>;
  /** Directories that the daemon has taken away. */
  readonly removed: readonly string[];
  readonly signals: string;
  /** `PID START` */
  readonly processes: ReadonlySet<string>;
  /** Where processes work, by their name: the namespace and the path in it. */
  readonly workplaces: readonly { readonly command: string; readonly inode: string; readonly path: string }[];
}

/** A file or directory. */
export interface Entry {
  /** `MAJOR:MINOR` of its filesystem, as mountinfo has it. */
  readonly device: string;
  readonly inode: number;
  /** Its kind, mode and, of a file, size and time. */
  readonly text: string;
}

/** Looks at a host from outside, by way of the kernel only. */
export class Observer {
  readonly #host: Host;
  readonly #spaces = new Map<string, Space & { readonly descriptor: number }>();

  constructor(host: Host) {
    this.#host = host;
  }

  get spaces(): readonly Space[] {
    return [...this.#spaces.values()];
  }

  /** Opens every namespace in which a process is now. */
  open(): void {
    for (const pid of this.#host.pids()) {
      const inode = this.#ask(() => readlinkSync(this.#host.path(`/proc/${pid}/ns/mnt`)).replace(/\D/g, ''));
      if (!inode || this.#spaces.has(inode)) continue;
      const descriptor = this.#ask(() => openSync(this.#host.path(`/proc/${pid}/mountinfo`), 'r'));
      if (descriptor === undefined) continue;
      const commands = this.#commandsIn(inode);
      this.#spaces.set(inode, { inode, commands, descriptor, mounts: () => parse(readAll(descriptor)) });
    }
  }

  #commandsIn(inode: string): string[] {
    return this.#host.pids().flatMap((pid) => {
      const here = this.#ask(() => readlinkSync(this.#host.path(`/proc/${pid}/ns/mnt`)).includes(inode));
      return here ? [this.#ask(() => this.#host.read(`/proc/${pid}/comm`).trimEnd()) ?? ''] : [];
    });
  }

  snapshot(): Snapshot {
    this.open();
    const tree = new Map<string, Entry>();
    const walked = new Set(
      this.spaces.flatMap((space) =>
        space
          .mounts()
          .filter(isStory)
          .map(({ device }) => device),
      ),
    );
    walk(this.#host.path(''), '', walked, tree);
    const ids = this.#host.list('/s/containers');
    return {
      spaces: new Map(this.spaces.map((space) => [space.inode, space.mounts()])),
      tree,
      containers: new Map(ids.map((id) => [id, this.#host.read(`/s/containers/${id}`)])),
      removed: (this.#ask(() => this.#host.read('/s/removed')) ?? '').split('\n').filter((path) => path !== ''),
      signals: this.#host.read('/s/signals'),
      processes: new Set(this.#host.pids().flatMap((pid) => this.#identity(pid))),
      workplaces: this.#host.pids().flatMap((pid) => {
        const inode = this.#ask(() => readlinkSync(this.#host.path(`/proc/${pid}/ns/mnt`)).replace(/\D/g, ''));
        const path = this.#ask(() => readlinkSync(this.#host.path(`/proc/${pid}/cwd`)));
        const command = this.#ask(() => this.#host.read(`/proc/${pid}/comm`).trimEnd());
        return inode && path && command !== undefined ? [{ command, inode, path }] : [];
      }),
    };
  }

  close(): void {
    for (const { descriptor } of this.#spaces.values()) closeSync(descriptor);
  }

  #identity(pid: number): string[] {
    const fields = this.#ask(() => this.#host.read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' '));
    return fields === undefined || fields[0] === 'Z' ? [] : [`${pid} ${fields[19]}`];
  }

  /** A process may end while it is looked at. */
  #ask<T>(look: () => T): T | undefined {
    try {
      return look();
    } catch {
      return undefined;
    }
  }
}

function readAll(descriptor: number): string {
  const chunk = Buffer.alloc(65_536);
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const size = readSync(descriptor, chunk, 0, chunk.length, at);
    if (size === 0) return Buffer.concat(chunks).toString('latin1');
    chunks.push(Buffer.from(chunk.subarray(0, size)));
    at += size;
  }
}

const parse = (text: string): Mount[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const [fstype = '', source = ''] = after.split(' ');
      const [id = '', parent = '', device = '', root = '', point = '', , ...tags] = before.split(' ');
      return { id, parent, device, root, point, tags: tags.join(' '), fstype, source };
    });

/** Made by the story: not the machine's own, nor what the host's parts tell each other in /s. */
const isStory = ({ fstype, source }: Mount): boolean =>
  fstype === 'tmpfs' && /^(root|disk|foreign|c\d-.*)$/.test(source);

/** Everything below that is on these devices. */
function walk(base: string, path: string, devices: ReadonlySet<string>, into: Map<string, Entry>): void {
  for (const name of readdirSync(`${base}${path}/`)) {
    const below = `${path}/${name}`;
    const stat = lstatSync(base + below);
    const device = deviceOf(stat.dev);
    // libmount's notes of what it has mounted.
    if (!devices.has(device) || below.endsWith('/run/mount')) continue;
    const text = `${kindOf(stat)} ${stat.mode} ${stat.isFile() ? `${stat.size} ${stat.mtimeMs}` : ''}`;
    into.set(below, { device, inode: stat.ino, text });
    if (stat.isDirectory()) walk(base, below, devices, into);
  }
}

const kindOf = (stat: Stats): string =>
  stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'link' : stat.isFile() ? 'file' : 'other';

/** glibc's makedev: twelve bits of major, twenty of minor. */
const deviceOf = (dev: number): string => `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`;
