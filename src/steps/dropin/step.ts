import { applied } from '../../core/applied.ts';
import type { Change } from '../../core/change.ts';
import { complete } from '../../core/complete.ts';
import { applyScript, probeScript, undoScript } from '../../core/host-script.ts';
import { defineStep, StepError } from '../../core/step-type.ts';
import { type Daemon, hasSlaveFlag } from '../../docker/daemon.ts';
import { lookAtDaemon } from '../../docker/host-view.ts';
import { type Refusal, refusalOfSlaveMounts } from '../../docker/slave-mounts.ts';
import { type Dropin, fileText, pathOf, type Settings, setsSlaveMounts } from './unit-file.ts';

/** A file as it was: what undo restores. */
interface FileState {
  /** Octal, e.g. `644`. */
  readonly mode: string;
  readonly uid: string;
  readonly gid: string;
  readonly base64: string;
}
interface Facts {
  readonly file: FileState | undefined;
  /** What is there instead of a plain file, e.g. `symbolic link`. */
  readonly odd: string | undefined;
  readonly directoryExists: boolean;
  /** Drop-ins that systemd reads after it and that set MountFlags, too. */
  readonly later: readonly string[];
  /** Asked only where the settings concern docker's mounts. */
  readonly daemon: Daemon | undefined;
}
export interface DropinArgs extends Dropin {
  readonly settings: Settings;
}
interface DropinChange extends Change {
  readonly data: {
    readonly path: string;
    readonly before: readonly string[];
    readonly after: readonly string[];
    readonly directory: 'kept' | 'made';
  };
}

const probe = probeScript('steps/dropin/probe.sh');
const apply = applyScript('steps/dropin/apply.sh');
const undo = undoScript('steps/dropin/undo.sh');

/** A unit's drop-in below /etc/systemd/system, as the settings say, byte for byte. */
export const dropin = defineStep<DropinArgs, Facts, DropinChange>({
  name: 'dropin',
  description: "Puts a drop-in file beside a systemd unit. Keeps the previous file's bytes, mode and owner for undo.",
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['unit', 'settings'],
    properties: {
      unit: {
        type: 'string',
        pattern: '^[A-Za-z0-9:_.@-]+\\.(service|socket|mount|timer|path|slice|target)$',
        description: 'The unit with its suffix.',
        examples: ['docker.service'],
      },
      name: {
        type: 'string',
        pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$',
        default: '10-unwedge',
        description: 'File name without .conf; systemd reads drop-ins in the order of their names.',
      },
      settings: {
        type: 'object',
        minProperties: 1,
        description: 'Section → setting → value, or a list of values (an empty string first resets a list).',
        examples: [{ Service: { MountFlags: 'slave' } }],
        propertyNames: { pattern: '^[A-Z][A-Za-z-]*$' },
        additionalProperties: {
          type: 'object',
          minProperties: 1,
          propertyNames: { pattern: '^[A-Z][A-Za-z0-9]*$' },
          additionalProperties: {
            anyOf: [
              { type: ['string', 'number', 'boolean'] },
              {
                type: 'array',
                minItems: 1,
                items: { type: ['string', 'number', 'boolean'] },
              },
            ],
          },
        },
      },
    },
    examples: [
      {
        unit: 'docker.service',
        settings: { Service: { MountFlags: 'slave' } },
      },
    ],
  },
  output: { path: 'string' },
  deadline: 120,
  async probe(host, args) {
    const concernsMounts = args.unit === 'docker.service' && setsSlaveMounts(args.settings, 'includes');
    const look = await host.probe(probe, concernsMounts ? [pathOf(args), 'MountFlags'] : [pathOf(args)]);
    const file = parse(complete(look, 'the drop-in could not be read', 'run as root, or with -b'));
    return {
      ...file,
      daemon: concernsMounts ? await lookAtDaemon(host) : undefined,
    };
  },
  plan(args, seen, { pending }) {
    const path = pathOf(args);
    const facts = withPending(seen, path, pending);
    const after = Buffer.from(fileText(args.settings), 'utf8').toString('base64');
    const output = { path };
    if (facts.file?.base64 === after) return { changes: [], output };
    if (isSetElsewhere(args, facts)) {
      return { changes: [], output, notes: ['docker.service has MountFlags=slave already'] };
    }
    const refusal = refusalToWrite(path, facts);
    return refusal ? { changes: [], refusal } : { changes: [change(path, facts, after)], output };
  },
  async apply(host, change) {
    const { path, before, after, directory } = change.data;
    applied(await host.run(apply, [path, directory, ...after, ...before]), change);
  },
  undo: {
    kind: 'reverse',
    async reverse(host, change) {
      const { path, before, after, directory } = change.data;
      applied(await host.run(undo, [path, directory, ...after, ...before]), {
        ...change,
        summary: `restore ${path}`,
      });
    },
  },
});

/** The file as earlier steps of a dry run would leave it. */
function withPending(facts: Facts, path: string, pending: readonly Change[]): Facts {
  const last = pending.findLast((c): c is DropinChange => c.resource === `file ${path}`);
  if (!last) return facts;
  const [mode = '', uid = '', gid = '', base64 = ''] = last.data.after;
  return { ...facts, file: { mode, uid, gid, base64 }, directoryExists: true };
}

const isSetElsewhere = (args: DropinArgs, { daemon }: Facts): boolean =>
  daemon !== undefined && hasSlaveFlag(daemon) && setsSlaveMounts(args.settings, 'is');

function refusalToWrite(path: string, { odd, later, daemon }: Facts): Refusal | undefined {
  if (odd !== undefined) {
    return { reason: `${path} is a ${odd}, not a plain file`, todo: 'look at it on the host and move it away' };
  }
  const [winner] = later;
  if (winner !== undefined) {
    return {
      reason: `${winner} sets MountFlags as well, and systemd reads it after ${path}: it would win`,
      todo: 'take MountFlags out of that file, or give the drop-in a later name (name: zz-unwedge)',
    };
  }
  return daemon && refusalOfSlaveMounts(daemon);
}

function change(path: string, facts: Facts, base64: string): DropinChange {
  const { file } = facts;
  const next: FileState = {
    mode: file?.mode ?? '644',
    uid: file?.uid ?? '0',
    gid: file?.gid ?? '0',
    base64,
  };
  const text = (state: FileState | undefined) => Buffer.from(state?.base64 ?? '', 'base64').toString('utf8');
  return {
    resource: `file ${path}`,
    summary: `${file ? 'change' : 'write'} ${path}`,
    before: file ? { ...file } : null,
    after: { ...next },
    risk: 'none',
    diff: { path, before: text(file), after: text(next) },
    data: {
      path,
      before: words(file),
      after: words(next),
      directory: facts.directoryExists ? 'kept' : 'made',
    },
  };
}

const words = (state: FileState | undefined): string[] =>
  state ? [state.mode, state.uid, state.gid, state.base64] : ['absent', '', '', ''];

function parse(stdout: string): Omit<Facts, 'daemon'> {
  const [kind, ...rest] = (stdout.split('\n')[0] ?? '').split('\t');
  const directoryExists = stdout.includes('\ndirectory\n');
  const later = stdout
    .split('\n')
    .flatMap((line) => (line.startsWith('later\t') ? [line.slice('later\t'.length)] : []));
  const [mode = '', uid = '', gid = '', base64 = ''] = rest;
  switch (kind) {
    case 'absent':
      return { file: undefined, odd: undefined, directoryExists, later };
    case 'file':
      return {
        file: { mode, uid, gid, base64 },
        odd: undefined,
        directoryExists,
        later,
      };
    case 'odd':
      return { file: undefined, odd: mode, directoryExists, later };
    default:
      throw new StepError('the look at the drop-in came back incomplete');
  }
}
