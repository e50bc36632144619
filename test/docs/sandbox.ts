import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../architecture/project.ts';
import { program } from '../unwedge.ts';

/** Hosts of the names that the docs use; all of them are this machine. */
const INVENTORY = `all:
  vars: { ansible_connection: local }
  children:
    docker: { hosts: { web-1: { rack: a }, web-2: { rack: b }, db-1: { rack: b } } }
    staging: { hosts: { web-2: } }
`;

/** A healthy host with nothing stuck, whatever this machine is. */
const DOUBLES: Readonly<Record<string, string>> = {
  unwedge: `exec '${process.execPath}' '${program}' "$@"`,
  id: 'echo 0',
  docker: `[ "$1" != info ] || printf '20.10.24\\t/tmp\\toverlay2\\tfalse\\n'`,
  systemctl:
    'for word; do case $word in LoadState) echo LoadState=loaded ;; ActiveState) echo ActiveState=active ;; MainPID) echo MainPID=0 ;; esac; done',
  readlink: "echo 'mnt:[4026531840]'",
  journalctl: "echo 'Error response from daemon: unable to remove filesystem: device or resource busy'",
};

/** A run that there is something to undo of. */
const FIRST_RUN = `- hosts: web-1
  steps:
    - command: { check: test -e "$1", run: touch "$1", undo: rm "$1", args: ["{{ file }}"] }
`;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory that is not the checkout, as the docs presume it: an inventory with the reader's hosts in, and one run made. */
export class Sandbox {
  readonly dir = mkdtempSync(join(tmpdir(), 'unwedge-docs-'));
  readonly #run: string;

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(join(this.dir, 'bin'));
    for (const [name, text] of Object.entries(DOUBLES))
      writeFileSync(join(this.dir, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    cpSync(`${packageRoot}inventory.example.yaml`, join(this.dir, 'inventory.example.yaml'));
    cpSync(`${packageRoot}docs/examples`, join(this.dir, 'examples'), { recursive: true });
    for (const [name, text] of Object.entries({ ...files, 'first.yaml': FIRST_RUN })) this.write(name, text);
    this.type(`unwedge run first.yaml -i inventory.yaml -e file=${join(this.dir, 'made')}`);
    this.#run = this.type('unwedge runs').stdout.split(' ')[0] ?? '';
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.dir, name)), { recursive: true });
    writeFileSync(join(this.dir, name), text);
  }

  /** Types one line into a shell there; RUN is the run that was made, and the inventory is the reader's. */
  type(line: string): Ended {
    this.write('inventory.yaml', INVENTORY);
    const env = {
      ...{ PATH: `${join(this.dir, 'bin')}:${process.env.PATH}`, XDG_STATE_HOME: join(this.dir, 'state') },
      UNWEDGE_LOCK: join(this.dir, 'lock'),
      UNWEDGE_HOST_DIR: join(this.dir, 'host'),
    };
    const command = line.replace(/\bRUN\b/g, this.#run);
    // A bash whose standard input is a socket would read ~/.bashrc.
    const shell = ['--norc', '-o', 'pipefail', '-c', command];
    const { status, stdout, stderr } = spawnSync('bash', shell, {
      ...{ cwd: this.dir, env, encoding: 'utf8', timeout: 60_000 },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { code: status, stdout, stderr };
  }

  remove(): void {
    rmSync(this.dir, { recursive: true });
  }
}
