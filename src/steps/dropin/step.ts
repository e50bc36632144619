import type { Change } from '../../core/change.ts';
import { complete } from '../../core/complete.ts';
import { probeScript } from '../../core/host-script.ts';
import { defineStep } from '../../core/step-type.ts';
import { type Daemon, hasSlaveFlag } from '../../docker/daemon.ts';
import { lookAtDaemon } from '../../docker/host-view.ts';
import { type Refusal, refusalOfSlaveMounts } from '../../docker/slave-mounts.ts';
import { lookAtFile, type SeenFile } from '../../files/file.ts';
import {
  type FileChange,
  fileChange,
  fileUndo,
  refusalToWrite,
  withPending,
  writeFile,
} from '../../files/file-change.ts';
import { dropinSchema } from './schema.ts';
import { type Dropin, fileText, pathOf, type Settings, setsSlaveMounts } from './unit-file.ts';

interface Facts {
  readonly file: SeenFile;
  /** Asked only where the settings concern docker's mounts. */
  readonly docker:
    | {
        readonly daemon: Daemon;
        /** Drop-ins that systemd reads after it and that set MountFlags, too. */
        readonly later: readonly string[];
      }
    | undefined;
}
export interface DropinArgs extends Dropin {
  readonly settings: Settings;
}

const laterDropins = probeScript('steps/dropin/probe.sh');

/** A unit's drop-in below /etc/systemd/system, as the settings say, byte for byte. */
export const dropin = defineStep<DropinArgs, Facts, FileChange>({
  name: 'dropin',
  description: "Puts a drop-in file beside a systemd unit. Keeps the previous file's bytes, mode and owner for undo.",
  schema: dropinSchema,
  output: { path: 'string' },
  onlyRoot: true,
  deadline: 120,
  async probe(host, args) {
    const path = pathOf(args);
    const file = await lookAtFile(host, path);
    const concernsMounts = args.unit === 'docker.service' && setsSlaveMounts(args.settings, 'includes');
    if (!concernsMounts) return { file, docker: undefined };
    const look = await host.probe(laterDropins, [path, 'MountFlags']);
    const later = complete(look, `the drop-ins of ${args.unit} could not be read`, 'run as root, or with -b');
    return {
      file,
      docker: { daemon: await lookAtDaemon(host), later: later.split('\n').filter((line) => line !== '') },
    };
  },
  plan(args, facts, { pending }) {
    const output = { path: facts.file.path };
    const change = fileChange(withPending(facts.file, pending), fileText(args.settings));
    if (!change) return { changes: [], output };
    if (isSetElsewhere(args, facts)) {
      return { changes: [], output, notes: ['docker.service has MountFlags=slave already'] };
    }
    const refusal = refusalToWrite(facts.file) ?? refusalByDocker(facts, pending);
    return refusal ? { changes: [], refusal } : { changes: [change], output };
  },
  apply: writeFile,
  undo: { kind: 'reverse', call: fileUndo },
});

const isSetElsewhere = (args: DropinArgs, { docker }: Facts): boolean =>
  docker !== undefined && hasSlaveFlag(docker.daemon) && setsSlaveMounts(args.settings, 'is');

function refusalByDocker({ file, docker }: Facts, pending: readonly Change[]): Refusal | undefined {
  const winner = docker?.later[0];
  if (winner !== undefined) {
    return {
      reason: `${winner} sets MountFlags as well, and systemd reads it after ${file.path}: it would win`,
      todo: 'take MountFlags out of that file, or give the drop-in a later name (name: zz-unwedge)',
    };
  }
  return docker && refusalOfSlaveMounts(docker.daemon, pending);
}
