import { createHash } from 'node:crypto';
import { applied } from '../../core/applied.ts';
import type { Change } from '../../core/change.ts';
import { applyScript, probeScript, undoScript } from '../../core/host-script.ts';
import { sinceLast } from '../../core/pending.ts';
import { defineStep, StepError } from '../../core/step-type.ts';

interface Args {
  readonly check?: string;
  readonly run: string;
  readonly undo?: string;
  readonly args: readonly string[];
}
interface Facts {
  /** undefined: no `check` tells. */
  readonly needed: boolean | undefined;
  readonly stdout: string;
}
interface CommandChange extends Change {
  readonly data: {
    readonly run: string;
    readonly undo: string | null;
    readonly args: readonly string[];
  };
}

const probe = probeScript('steps/command/probe.sh');
const apply = applyScript('steps/command/apply.sh');
const undo = undoScript('steps/command/undo.sh');
const program = (description: string, example: string) => ({
  type: 'string',
  minLength: 1,
  'x-program': true,
  description,
  examples: [example],
});

/** The escape hatch: shell programs of the playbook's own. Data travels as arguments, never inside the program. */
export const command = defineStep<Args, Facts, CommandChange>({
  name: 'command',
  description:
    'Runs a shell program of yours, in a new `sh` without input. `check` tells whether it is needed; without it a dry run can only say `may`.',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['run'],
    properties: {
      check: program(
        'Must only look. Exit 0: nothing to do; 1: `run` is needed; anything else is a failure.',
        'test -e /etc/docker/daemon.json',
      ),
      run: program('What to do. `args` are its $1, $2, …', 'sysctl -w fs.may_detach_mounts=1'),
      undo: program(
        'Takes `run` back; gets the same arguments. Without it the change is irreversible.',
        'sysctl -w fs.may_detach_mounts=0',
      ),
      args: {
        type: 'array',
        items: { type: 'string' },
        default: [],
        description:
          "Arguments of all three programs. Neither they nor the programs' text appear in the host's process list, but the command lines of what a program starts do: pass secrets on by a pipe.",
        examples: [['{{ data_root }}']],
      },
    },
    examples: [
      {
        check: 'test -d "$1"',
        run: 'mkdir "$1"',
        undo: 'rmdir "$1"',
        args: ['/etc/docker'],
      },
    ],
  },
  output: { needed: 'bool', stdout: 'string' },
  filledBy: { stdout: 'check' },
  deadline: 120,
  async probe(host, args) {
    if (args.check === undefined) return { needed: undefined, stdout: '' };
    const { code, stdout, stderr } = await host.probe(probe, [args.check, ...args.args]);
    if (code > 1)
      throw new StepError(`check failed with exit code ${code}: ${stderr.trim() || stdout.trim()}`, {
        todo: 'a check must exit with 0 (nothing to do) or 1 (needed)',
      });
    return { needed: code === 1, stdout: stdout.trimEnd() };
  },
  plan(args, { needed, stdout }, { pending, done }) {
    const wanted = change(args, needed);
    // Without a check nobody can tell that it is done but the run itself.
    const settled = needed === undefined ? done.length > 0 : !needed || sinceLast(pending, wanted.resource).planned;
    const changes = settled ? [] : [wanted];
    return { changes, output: { needed: needed ?? true, stdout } };
  },
  apply: async (host, change) => applied(await host.run(apply, [change.data.run, ...change.data.args]), change),
  undo: {
    kind: 'reverse',
    argument: 'undo',
    irreversible: (change) => (change.data.undo === null ? 'the playbook gives no undo for this command' : undefined),
    call({ data }) {
      return { script: undo, args: [data.undo ?? 'false', ...data.args], summary: `undo: ${data.undo}` };
    },
  },
});

function change(args: Args, needed: boolean | undefined): CommandChange {
  const words = [args.run.trim().split('\n', 1)[0], ...args.args].join(' ');
  return {
    resource: `command ${words}${ofMoreLines(args)}`,
    summary: `run: ${words}`,
    before: null,
    after: null,
    risk: 'none',
    may: needed === undefined,
    data: { run: args.run, undo: args.undo ?? null, args: args.args },
  };
}

/** Programs that begin with the same line are not the same. Of the program only: arguments may be secrets. */
function ofMoreLines({ run }: Args): string {
  if (!run.trim().includes('\n')) return '';
  return ` (${createHash('sha256').update(run).digest('hex').slice(0, 12)})`;
}
