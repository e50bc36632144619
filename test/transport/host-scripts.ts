import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ProbeScript, probeScript } from '../../src/core/host-script.ts';

const directory = mkdtempSync(join(process.env.UNWEDGE_TEST_DIR ?? tmpdir(), 'worker-'));
let count = 0;

/** A new path in a directory that goes away with the tests. */
export const temporaryPath = (name: string): string => join(directory, `${count++}-${name}`);

/** A probe of the given text. */
export function probe(text: string): ProbeScript {
  const path = temporaryPath('probe.sh');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  return probeScript(path);
}

/** A FIFO that tells when processes begin and when the last of them has ended, without looking again and again. */
export class LifeLine {
  readonly path = temporaryPath('life-line');
  readonly begun: Promise<string>;
  readonly ended: Promise<void>;

  constructor() {
    execFileSync('mkfifo', [this.path]);
    // cat waits in open(); a thread of node's small pool would too, and keep the others' files closed.
    const cat = spawn('cat', [this.path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: cat.stdout });
    this.begun = new Promise((resolve) => lines.once('line', resolve));
    this.ended = new Promise((resolve) => lines.once('close', () => resolve()));
  }
}

/** Holds the life line ($1) for far longer than any test, with a process in the background and one in a group of its own. */
export const holdsLifeLine = 'exec 9>"$1"\necho begun >&9\nsleep 1000 &\ntimeout 999 sleep 1000';
/** The same with processes that ignore SIGTERM. */
export const holdsLifeLineDespiteTerm = `trap '' TERM\n${holdsLifeLine}`;
