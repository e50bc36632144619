import { recordsByKind } from '../core/records.ts';

/** One container as `docker inspect` tells it. */
export interface Container {
  /** 64 hex digits. */
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** `.State.Status`; unlike in `docker ps`, `removing` means that a removal is running right now. */
  readonly status: string;
  readonly dead: boolean;
  /** 0 where it does not run. */
  readonly pid: number;
  /** `.State.Error`: since 17.11 the whole message of a failed removal. */
  readonly error: string;
  /** The name of its layer below the storage driver's directory; undefined where the layer is gone. */
  readonly layer: string | undefined;
  /** RFC 3339; undefined where it has never ended. Of a Dead container: since when it does not run. */
  readonly finishedAt: string | undefined;
  /** Host directories and volumes that are mounted into it. */
  readonly binds: readonly Bind[];
}

/** One of `.Mounts` that has a source on the host. */
export interface Bind {
  readonly source: string;
  readonly destination: string;
  /** `rprivate`, `rslave`, `shared` …; empty where docker does not tell. */
  readonly propagation: string;
  /** As it was asked for, e.g. `ro,rslave`. */
  readonly mode: string;
}

/** What containers.sh tells of containers. */
export function parseContainers(stdout: string): Container[] {
  const rows = recordsByKind(stdout);
  const layers = new Map(rows('layer').map(([id = '', layer]) => [id, layer]));
  return [...rows('container').map(inspected), ...rows('config').map(configured)].map((container) => ({
    ...container,
    layer: layers.get(container.id),
  }));
}

type Told = Omit<Container, 'layer'>;

function inspected(fields: readonly string[]): Told {
  const [id = '', status = '', dead, pid, name = '', image = '', finished = '', error = '', mounts = ''] = fields;
  return {
    id,
    status,
    dead: dead === 'true',
    pid: Number(pid),
    name: name.replace(/^\//, ''),
    image,
    finishedAt: timeOf(finished),
    error: text(json(error)),
    binds: list(json(mounts))
      .map(bind)
      .filter((b) => b.source !== ''),
  };
}

/** A container of docker 1.10 to 1.12 as its config.v2.json has it; nothing else of that file is kept. */
function configured([id = '', ...config]: readonly string[]): Told {
  const all = record(json(config.join(' ')));
  const state = record(all.State);
  return {
    id,
    // The file's RemovalInProgress is what it was in the middle of the removal; Dead is written once and stays.
    status: state.Dead === true ? 'dead' : state.Running === true ? 'running' : 'exited',
    dead: state.Dead === true,
    pid: Number(state.Pid ?? 0),
    name: text(all.Name).replace(/^\//, ''),
    image: text(record(all.Config).Image),
    finishedAt: timeOf(text(state.FinishedAt)),
    error: text(state.Error),
    binds: Object.values(record(all.MountPoints))
      .map(bind)
      .filter((b) => b.source !== ''),
  };
}

function bind(mount: unknown): Bind {
  const { Source, Destination, Propagation, Mode, Relabel } = record(mount);
  return {
    source: text(Source),
    destination: text(Destination),
    propagation: text(Propagation),
    mode: text(Mode ?? Relabel),
  };
}

/** docker writes the year 1 for never. */
const timeOf = (time: string): string | undefined => (time === '' || time.startsWith('0001-') ? undefined : time);

/** Odd JSON is no reason to lose the container: it is told as the text that it is. */
function json(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
