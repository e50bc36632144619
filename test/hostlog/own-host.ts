import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change } from '../../src/core/change.ts';
import type { Intent } from '../../src/core/host-log.ts';
import { applyScript, undoScript } from '../../src/core/host-script.ts';
import type { Connection } from '../../src/core/session.ts';
import type { Undo } from '../../src/core/step-type.ts';
import { hostLog } from '../../src/hostlog/host-log.ts';
import { openConnection } from '../../src/transport/open-connection.ts';
import { standaloneText, textOf } from '../../src/transport/script-store.ts';

export const RUN = '20261122T051443Z-k3f9';

/** This machine as a host whose journals are in a directory of their own. */
export class OwnHost {
  readonly root = mkdtempSync(join(tmpdir(), 'unwedge-hostlog-'));
  readonly connections: Connection[] = [];

  /** Where a run's journal is. */
  journal(run = RUN): string {
    return join(this.root, 'runs', run);
  }

  path(name: string): string {
    return join(this.root, name);
  }

  /** A host script of the test's own. */
  script(text: string): string {
    const path = this.path(`script-${this.connections.length}-${readdirSync(this.root).length}.sh`);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    return path;
  }

  async connect(name = 'web-1'): Promise<Connection> {
    const connection = await openConnection(
      {
        ...{ name, kind: 'local', address: '', port: undefined, user: undefined, privateKey: undefined },
        ...{ sshArgs: [], connectTimeout: 20, become: undefined },
      },
      { ...process.env, UNWEDGE_HOST_DIR: this.root, UNWEDGE_LOCK: this.path('lock') },
    );
    this.connections.push(connection);
    return connection;
  }

  /** A controller's end of the hosts' journals. */
  log(run = RUN, clean: Parameters<typeof hostLog>[0]['clean'] = (event) => event) {
    const at = '2026-11-22T05:14:43.000Z';
    const started = {
      at,
      type: 'run.started',
      run,
      version: 1,
      mode: 'run',
      playbooks: ['p.yaml'],
      hosts: [],
    } as const;
    return hostLog({ run, started, accountsOf: () => [null], clean, standalone: standaloneText, text: textOf });
  }

  /** The lines of the journal's log without their times. */
  story(run = RUN): readonly string[] {
    const path = join(this.journal(run), 'log');
    const lines = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
    return lines.map((line) => line.split('\t').slice(1, 3).join(' '));
  }

  files(run = RUN): readonly string[] {
    return existsSync(this.journal(run)) ? readdirSync(this.journal(run)).sort() : [];
  }

  async close(): Promise<void> {
    for (const connection of this.connections) await connection.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Writes "after" into a file that held "before"; a later change may be told from it by the name. */
export const put = (path: string, before: string, after: string): Change => ({
  ...{ resource: `file ${path}`, summary: `put ${path}`, before, after, risk: 'none', data: { path } },
});

/** Compares, then writes. */
const SET =
  '[ "$(cat "$1" 2>/dev/null)" = "$2" ] || { echo "$1 has changed since" >&2; exit 9; }; printf %s "$3" >"$1"';

export interface Doing {
  readonly seq?: number;
  readonly confirmWithin?: number;
  readonly undo?: Undo<Change>;
  readonly change?: Partial<Change>;
}

export function putIntent(host: OwnHost, change: Change, { seq = 0, confirmWithin = 0, ...more }: Doing = {}): Intent {
  const script = undoScript(host.script(SET));
  const undo: Undo<Change> = more.undo ?? {
    kind: 'reverse',
    call: ({ before, after, data }) => ({
      script,
      args: [String(data?.path), String(after), String(before)],
      summary: 'put it back',
    }),
  };
  const of = { at: '2026-11-22T05:14:44.000Z', host: 'web-1', seq, step: 'Put', stepType: 'put' } as const;
  const event = { type: 'change.applying', ...of, deadline: 30, change: { ...change, ...more.change } } as const;
  return { event, undo, deadline: 30, confirmWithin };
}

export const setter = (host: OwnHost) => applyScript(host.script(SET));
