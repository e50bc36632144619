import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '../../src/core/event.ts';
import type { Host as InventoryHost } from '../../src/core/inventory.ts';
import type { Play } from '../../src/core/playbook.ts';
import type { Connection } from '../../src/core/session.ts';
import { checkPlaybook } from '../../src/playbook/load-playbook.ts';
import { StopControl, startRun } from '../../src/rollout/index.ts';
import { stepTypes } from '../../src/steps/index.ts';

/** Every namespace that umount knows, and the removal. */
const SHORT = (lazy: boolean): string => `
- name: Laws
  hosts: all
  on_failure: continue
  steps:
    - umount: { namespaces: ${JSON.stringify(namespaces())}, lazy: ${lazy} }
    - rm_dead: {}
`;

function namespaces(): string[] {
  const umount = stepTypes.find(({ name }) => name === 'umount');
  const schema = umount?.schema as { properties: { namespaces: { items: { enum: string[] } } } };
  return schema.properties.namespaces.items.enum;
}

/** The plays of a playbook that we ship. */
export const shipped = (name: string): readonly Play[] =>
  playsOf(readFileSync(fileURLToPath(new URL(`../../playbooks/${name}.yaml`, import.meta.url))));
export const ladder = (): readonly Play[] => shipped('free-dead-containers');
export const short = (lazy: boolean): readonly Play[] => playsOf(Buffer.from(SHORT(lazy)));

function playsOf(text: Uint8Array): readonly Play[] {
  const { playbook, findings } = checkPlaybook(text, 'laws.yaml', { stepTypes });
  if (playbook === undefined) throw new Error(findings.map((f) => f.message).join('; '));
  return playbook.plays;
}

/** Runs plays on one host with the real engine; every event in order. */
export async function carryOut(
  mode: 'check' | 'run',
  plays: readonly Play[],
  connect: () => Promise<Connection>,
): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const host: InventoryHost = { name: 'host', groups: [], vars: {} };
  const plan = {
    run: 'laws',
    mode,
    playbooks: ['laws.yaml'],
    forks: 1,
    lock: { owner: 'laws', wait: 0 },
    hosts: [],
    plays: plays.map((play) => ({ play, hosts: [host] })),
  };
  await startRun(plan, connect, {
    sinks: { journal: async () => {}, report: (event) => void events.push(event), hosts: undefined },
    clock: { now: Date.now, ticks: () => performance.now(), wait: setTimeout },
    stop: new StopControl(),
  });
  return events;
}

/** The same connection, with something happening before one of its changes. */
export function disturbed(connection: Connection, before: number, happens: () => Promise<void>): Connection {
  let changes = 0;
  return {
    get host() {
      return connection.host;
    },
    readOnly: (options) => connection.readOnly(options),
    readWrite: (options) => {
      const session = connection.readWrite(options);
      return {
        ...session,
        run: async (script, args) => {
          if (changes++ === before) await happens();
          return session.run(script, args);
        },
      };
    },
    lock: (holder) => connection.lock(holder),
    cancel: () => connection.cancel(),
    close: () => connection.close(),
  };
}
