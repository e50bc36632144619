import { applied } from '../../core/applied.ts';
import type { Change } from '../../core/change.ts';
import { complete } from '../../core/complete.ts';
import { applyScript, probeScript, undoScript } from '../../core/host-script.ts';
import { recordsByKind } from '../../core/records.ts';
import type { ReadOnlySession } from '../../core/session.ts';
import { defineStep, type Planned, StepError } from '../../core/step-type.ts';
import { DETACH_MOUNTS, whyNoDetachMounts } from '../../docker/detach-mounts.ts';
import { lookAtFile, type SeenFile } from '../../files/file.ts';
import {
  type FileChange,
  fileChange,
  fileUndo,
  isFileChange,
  refusalToWrite,
  withPending,
  writeFile,
} from '../../files/file-change.ts';
import { sysctlSchema } from './schema.ts';
import {
  type BootValue,
  CONF_DIRECTORIES,
  confPath,
  confText,
  dotted,
  overriding,
  procName,
  SYSCTL_CONF,
  sameSpaces,
} from './setting.ts';

export interface SysctlArgs {
  readonly name: string;
  readonly value: string | number;
  readonly persist: boolean;
  readonly missing: 'fail' | 'ignore';
}
interface Facts {
  /** `uname -r`. */
  readonly kernel: string;
  /** undefined: this kernel has no such setting. */
  readonly value: string | undefined;
  /** In the order of reading. */
  readonly boot: readonly BootValue[];
  /** Why it can't be set. */
  readonly closed: string | undefined;
  readonly file: SeenFile;
}
interface ValueChange extends Change {
  readonly before: string;
  readonly after: string;
  readonly data: { readonly path: string };
}

const probe = probeScript('steps/sysctl/probe.sh');
const apply = applyScript('steps/sysctl/apply.sh');
const undo = undoScript('steps/sysctl/undo.sh');
const look = probeScript('steps/sysctl/probe-undo.sh');

/** A kernel setting, now and at boot; each is changed only if need be. */
export const sysctl = defineStep<SysctlArgs, Facts, FileChange | ValueChange>({
  name: 'sysctl',
  description: 'Sets a kernel setting, now and for every boot. Undo puts back what was there before.',
  schema: sysctlSchema,
  output: { present: 'bool' },
  onlyRoot: true,
  deadline: 60,
  probe: readFacts,
  plan(args, facts, { pending }): Planned<FileChange | ValueChange> {
    if (facts.value === undefined) return withoutIt(args, facts);
    const output = { present: true };
    const now = valueChange(args, facts.value, pending);
    const boot = args.persist ? bootChange(args, facts, pending) : undefined;
    const refusal = (now && refusalToSet(args, facts)) ?? (boot && refusalToWrite(facts.file));
    if (refusal) return { changes: [], refusal };
    return { changes: [now, boot].filter((change) => change !== undefined), output, notes: bootNotes(args, facts) };
  },
  async apply(host, change) {
    if (isFileChange(change)) return writeFile(host, change);
    applied(await host.run(apply, [change.data.path, change.before, change.after]), change, { safe: true });
  },
  undo: {
    kind: 'reverse',
    call(change) {
      if (isFileChange(change)) return fileUndo(change);
      const { before, after, data } = change;
      const summary = `${change.resource.replace('sysctl', 'set')} back to ${before}`;
      return { script: undo, args: [data.path, before, after], summary, look };
    },
  },
});

async function readFacts(host: ReadOnlySession, { name }: SysctlArgs): Promise<Facts> {
  const words = [procName(name), procPath(name), SYSCTL_CONF, '/run/systemd/system', ...CONF_DIRECTORIES];
  const stdout = complete(await host.probe(probe, words), `${name} could not be read`, 'run as root, or with -b');
  const rows = recordsByKind(stdout);
  const kernel = rows('kernel')[0]?.[0];
  const value = rows('value')[0]?.join('\t');
  if (!kernel || (value === undefined && rows('absent').length === 0)) {
    throw new StepError(`the look at ${name} came back incomplete`);
  }
  const boot = rows('boot').map(([file = '', text = '']) => ({ file, value: text }));
  return { kernel, value, boot, closed: rows('closed')[0]?.[0], file: await lookAtFile(host, confPath(name)) };
}

const refusalToSet = ({ name }: SysctlArgs, { closed }: Facts): Planned['refusal'] =>
  closed === undefined
    ? undefined
    : {
        reason: `${name} could not be set: ${closed}`,
        todo: 'take the host out of the play, or set it where its kernel is set up',
      };

const procPath = (name: string): string => `/proc/sys/${procName(name)}`;

/** Never written to a file there either: `sysctl -p` would end with an error at each boot (docs/docker-facts.md §5). */
function withoutIt({ name, missing }: SysctlArgs, { kernel }: Facts): Planned<never> {
  const why = dotted(name) === DETACH_MOUNTS ? `: ${whyNoDetachMounts(kernel)}` : '';
  const told = `this kernel (${kernel}) has no ${name}${why}`;
  if (missing === 'ignore') return { changes: [], output: { present: false }, notes: [told] };
  return {
    changes: [],
    refusal: { reason: told, todo: 'look at the name, or let the step pass over such hosts: missing: ignore' },
  };
}

function valueChange(args: SysctlArgs, value: string, pending: readonly Change[]): ValueChange | undefined {
  const resource = `sysctl ${dotted(args.name)}`;
  const before = pending.findLast((change) => change.resource === resource)?.after ?? value;
  const after = sameSpaces(args.value);
  if (typeof before !== 'string' || before === after) return undefined;
  return {
    resource,
    summary: `set ${dotted(args.name)} from ${before} to ${after}`,
    before,
    after,
    risk: 'none',
    data: { path: procPath(args.name) },
  };
}

/** None where another file sets it already. */
function bootChange(args: SysctlArgs, { boot, file }: Facts, pending: readonly Change[]): FileChange | undefined {
  const value = sameSpaces(args.value);
  if (boot.at(-1)?.value === value) return undefined;
  return fileChange(withPending(file, pending), confText(args.name, value));
}

function bootNotes({ name, value, persist }: SysctlArgs, { boot, file }: Facts): string[] {
  const winner = persist ? overriding(boot, file.path, sameSpaces(value)) : undefined;
  if (!winner) return [];
  return [
    `${winner.file} sets ${name} to ${winner.value}, and is read after ${file.path}: it will win at the next boot; change it there`,
  ];
}
