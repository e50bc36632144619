import { applied } from '../../core/applied.ts';
import type { Change } from '../../core/change.ts';
import { applyScript } from '../../core/host-script.ts';
import { JsonSyntaxError } from '../../core/json-text.ts';
import type { Session } from '../../core/session.ts';
import { defineStep, type Planned, StepError, type UndoCall } from '../../core/step-type.ts';
import type { Daemon } from '../../docker/daemon.ts';
import { liveRestoreIn } from '../../docker/daemon-json.ts';
import { DAEMON_JSON, type Dockerd, lookAtDockerd } from '../../docker/dockerd.ts';
import { lookAtDaemon } from '../../docker/host-view.ts';
import { liveRestoreAfter, RELOAD, refusalOfLiveRestore } from '../../docker/live-restore.ts';
import { bytesOf, lookAtFile, type SeenFile } from '../../files/file.ts';
import { withPending } from '../../files/file-change.ts';

export interface ReloadArgs {
  readonly config: string;
  readonly wait: number;
}
interface Facts {
  readonly file: SeenFile;
  readonly dockerd: Dockerd;
  /** Asked only where the daemon runs without live-restore, and may be to run with it. */
  readonly daemon: Daemon | undefined;
}
interface ReloadChange extends Change {
  /** Whether live-restore is on. */
  readonly before: boolean;
  readonly after: boolean;
  readonly data: { readonly config: string; readonly wait: string; readonly todo: string };
}

const apply = applyScript('steps/dockerd_reload/apply.sh');
const back = applyScript('steps/dockerd_reload/apply-back.sh');

/** Has dockerd take from its file what it takes without a restart, where it runs with something else. */
export const dockerdReload = defineStep<ReloadArgs, Facts, ReloadChange>({
  name: 'dockerd_reload',
  description:
    'Has dockerd read its daemon.json again (SIGHUP) where live-restore is not as that file says. Stops and restarts nothing.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      config: {
        type: 'string',
        pattern: '^/[^\\n]+$',
        default: DAEMON_JSON,
        description: 'The file that dockerd reads.',
      },
      wait: {
        type: 'integer',
        minimum: 1,
        maximum: 120,
        default: 30,
        description: 'Seconds in which it must have taken it.',
      },
    },
    examples: [{}],
  },
  output: {},
  deadline: 240,
  async probe(host, { config }) {
    const [file, dockerd] = [await lookAtFile(host, config), await lookAtDockerd(host)];
    return { file, dockerd, daemon: dockerd.liveRestore === false ? await lookAtDaemon(host) : undefined };
  },
  plan(args, { file: seen, dockerd, daemon }, { pending }): Planned<ReloadChange> {
    const file = withPending(seen, pending);
    const wanted = configured(file);
    if (wanted instanceof JsonSyntaxError) return { changes: [], refusal: invalid(file, wanted) };
    if (wanted === undefined || willRestart(pending, file)) return { changes: [] };
    if (!dockerd.process) return { changes: [], notes: [`dockerd does not run: it reads ${file.path} when it starts`] };
    const now = liveRestoreAfter(dockerd.liveRestore, pending);
    if (now === wanted) return { changes: [] };
    if (now === undefined) return { changes: [], refusal: SILENT };
    const refusal = wanted && daemon ? refusalOfLiveRestore(daemon, dockerd, pending) : undefined;
    return refusal ? { changes: [], refusal } : { changes: [change(args, now, wanted)] };
  },
  apply: reload,
  undo: { kind: 'repeat', call: takeBack },
});

const SILENT = {
  reason: 'the Docker daemon does not tell whether live-restore is on',
  todo: 'systemctl status docker; journalctl -u docker; live-restore needs docker 1.12 or later',
};

function change({ config, wait }: ReloadArgs, before: boolean, after: boolean): ReloadChange {
  return {
    resource: RELOAD,
    summary: `have dockerd read ${config} again: live-restore goes ${after ? 'on' : 'off'}`,
    before,
    after,
    risk: 'none',
    data: {
      config,
      wait: String(wait),
      todo: 'journalctl -u docker on the host says why; dockerd runs on with what it had',
    },
  };
}

async function reload(host: Session, change: ReloadChange): Promise<void> {
  const { process } = await lookAtDockerd(host);
  if (!process) throw new StepError(`could not ${change.summary}: dockerd does not run`, { drifted: true });
  const words = [process.pid, process.start, String(change.after), change.data.wait];
  applied(await host.run(apply, words), change);
}

function takeBack({ before, data: { config, wait } }: ReloadChange): UndoCall {
  return { script: back, args: [config, String(before), wait], summary: `have dockerd read ${config} again` };
}

/** What the file says; undefined: nothing, or there is none. */
function configured(file: SeenFile): boolean | undefined | JsonSyntaxError {
  try {
    return liveRestoreIn(bytesOf(file).toString('utf8'));
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error;
    throw error;
  }
}

const invalid = ({ path }: SeenFile, { message }: JsonSyntaxError) => ({
  reason: `${path} is not valid: ${message}`,
  todo: 'mend it first; a dockerd that runs still has its older configuration',
});

/** A pending restart takes the file as well. */
const willRestart = (pending: readonly Change[], { path }: SeenFile): boolean =>
  pending.findLastIndex(({ resource }) => resource === 'unit docker.service') >
  pending.findLastIndex(({ resource }) => resource === `file ${path}`);
