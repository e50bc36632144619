import { applied } from '../../core/applied.ts';
import type { Change } from '../../core/change.ts';
import { complete } from '../../core/complete.ts';
import { applyScript, probeScript } from '../../core/host-script.ts';
import { sinceLast } from '../../core/pending.ts';
import { defineStep } from '../../core/step-type.ts';

interface Args {
  readonly unit: string;
}
interface Facts {
  /** There are files of this unit that systemd has not read yet. */
  readonly needed: boolean;
}

const probe = probeScript('steps/daemon_reload/probe.sh');
const apply = applyScript('steps/daemon_reload/apply.sh');

/** Makes systemd read a unit's files again, if they have changed since it did. */
export const daemonReload = defineStep<Args, Facts, Change>({
  name: 'daemon_reload',
  description: 'Makes systemd read its unit files again where those of the unit have changed since.',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['unit'],
    properties: {
      unit: {
        type: 'string',
        pattern: '^[A-Za-z0-9:_.@-]+$',
        description: 'The unit whose files must be loaded as they are.',
        examples: ['docker.service'],
      },
    },
    examples: [{ unit: 'docker.service' }],
  },
  output: {},
  deadline: 90,
  async probe(host, { unit }) {
    const result = await host.probe(probe, [unit]);
    const stdout = complete(result, `systemd does not tell about ${unit}`, 'this step needs a host that runs systemd');
    return { needed: stdout !== '' };
  },
  plan({ unit }, { needed }, { pending }) {
    const resource = `systemd ${unit}`;
    const { planned, later } = sinceLast(pending, resource);
    const rewritten = later.some((c) => c.resource.startsWith(`file /etc/systemd/system/${unit}.d/`));
    if ((planned || !needed) && !rewritten) return { changes: [] };
    return {
      changes: [
        {
          resource,
          summary: `systemctl daemon-reload: the files of ${unit} have changed`,
          before: 'outdated',
          after: 'loaded',
          risk: 'none',
        },
      ],
    };
  },
  apply: async (host, change) => applied(await host.run(apply), change),
  undo: { kind: 'repeat', call: () => ({ script: apply, args: [], summary: 'systemctl daemon-reload' }) },
});
