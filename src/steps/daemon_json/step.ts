import type { Change } from '../../core/change.ts';
import type { JsonObject } from '../../core/json.ts';
import { mergedText } from '../../core/json-merge.ts';
import { JsonSyntaxError } from '../../core/json-text.ts';
import { defineStep, type Planned } from '../../core/step-type.ts';
import type { Daemon } from '../../docker/daemon.ts';
import { decoded, faultOf, givenTwice, isEmptyAndFatal, LIVE_RESTORE } from '../../docker/daemon-json.ts';
import { configFileOf, type Dockerd, flagsOf, lookAtDockerd, nextArgs } from '../../docker/dockerd.ts';
import { lookAtDaemon } from '../../docker/host-view.ts';
import { refusalOfLiveRestore } from '../../docker/live-restore.ts';
import { bytesOf, lookAtFile, type SeenFile } from '../../files/file.ts';
import {
  type FileChange,
  fileChange,
  fileUndo,
  refusalToWrite,
  removedByUndo,
  withPending,
  writeFile,
} from '../../files/file-change.ts';
import { daemonJsonSchema } from './schema.ts';

export interface DaemonJsonArgs {
  readonly path: string;
  readonly merge: JsonObject;
}
interface Facts {
  readonly file: SeenFile;
  /** Looked at only where the file is to be changed. */
  readonly docker:
    | {
        readonly dockerd: Dockerd;
        /** Asked only where live-restore is to be turned on. */
        readonly daemon: Daemon | undefined;
        /** Why dockerd would not start with the new file. */
        readonly fault: string | undefined;
      }
    | undefined;
}

/** dockerd's daemon.json with some options as given, all else as it is. dockerd takes them with its next start or reload. */
export const daemonJson = defineStep<DaemonJsonArgs, Facts, FileChange>({
  name: 'daemon_json',
  description:
    "Merges options into dockerd's daemon.json, where dockerd would still start with it. Keeps the rest of the file as it is written, and its mode and owner.",
  schema: daemonJsonSchema,
  output: { path: 'string' },
  onlyRoot: true,
  deadline: 180,
  async probe(host, { path, merge }) {
    const file = await lookAtFile(host, path);
    const { change } = merged(file, merge);
    if (!change) return { file, docker: undefined };
    const dockerd = await lookAtDockerd(host);
    const base64 = change.data.after.at(-1) ?? '';
    return {
      file,
      docker: {
        dockerd,
        daemon: merge[LIVE_RESTORE] === true ? await lookAtDaemon(host) : undefined,
        fault: await faultOf(host, { path, base64 }, dockerd),
      },
    };
  },
  plan({ path, merge }, facts, { pending }) {
    const file = withPending(facts.file, pending);
    const { change, problem } = merged(file, merge);
    if (problem !== undefined) return { changes: [], refusal: refusalToWrite(file) ?? invalid(path, problem) };
    const output = { path };
    if (!change) return { changes: [], output };
    if (isFlagAlready(merge, facts, pending)) {
      return { changes: [], output, notes: ['dockerd has --live-restore among its flags already'] };
    }
    const refusal = refusalToWrite(file) ?? refusalByDocker(change, facts, pending);
    if (refusal) return { changes: [], refusal };
    if (!file.state || !isEmptyAndFatal(file.state, facts.docker?.dockerd.version))
      return { changes: [change], output };
    const note = `${path} is empty, and this dockerd does not start with an empty file: a rollback removes it`;
    return { changes: [removedByUndo(change)], output, notes: [note] };
  },
  apply: writeFile,
  undo: { kind: 'reverse', call: fileUndo },
});

/** The file with the options merged in: what is to be written, if anything; or why it is not valid as it is. */
function merged(file: SeenFile, merge: JsonObject): { change?: FileChange | undefined; problem?: string } {
  const bytes = bytesOf(file);
  const { text, mark } = decoded(bytes);
  if (mark !== undefined)
    return { problem: `it begins with a byte order mark (${mark}); save it as UTF-8 without one` };
  if (!Buffer.from(text, 'utf8').equals(bytes)) return { problem: 'not UTF-8' };
  try {
    const next = mergedText(text, merge);
    return next === text ? {} : { change: fileChange(file, next) };
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof TypeError) return { problem: error.message };
    throw error;
  }
}

const invalid = (path: string, problem: string) => ({
  reason: `${path} is not valid: ${problem}`,
  todo: 'mend it first; a dockerd that runs still has its older configuration',
});

/** Both a flag and an option of the file would keep dockerd from starting. */
const isFlagAlready = (merge: JsonObject, { docker }: Facts, pending: readonly Change[]): boolean =>
  docker?.dockerd.liveRestore === true &&
  flagsOf(nextArgs(docker.dockerd, pending)).has(LIVE_RESTORE) &&
  Object.entries(merge).every(([key, value]) => key === LIVE_RESTORE && value === true);

function refusalByDocker(change: FileChange, { docker }: Facts, pending: readonly Change[]): Planned['refusal'] {
  if (!docker) return undefined;
  const { path } = change.data;
  const { dockerd, daemon } = docker;
  const args = nextArgs(dockerd, pending);
  const read = configFileOf(args);
  const next = { path, base64: change.data.after.at(-1) ?? '' };
  if (dockerd.process && read !== path) {
    return {
      reason: `dockerd reads ${read}, not ${path} (--config-file)`,
      todo: `give the step that file: path: ${read}`,
    };
  }
  const conflict = daemon && refusalOfLiveRestore(daemon, dockerd, pending);
  if (conflict) return conflict;
  const fault = givenTwice(next, args, dockerd.version) ?? docker.fault;
  if (fault === undefined) return undefined;
  return {
    reason: `dockerd would not start with it: ${fault}`,
    todo: 'nothing was written; options that are flags are changed where dockerd gets its flags: docker.service, /etc/sysconfig/docker, /etc/default/docker',
  };
}
