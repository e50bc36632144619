import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli/main.cjs', import.meta.url));
const STEPS = 300;
const HOSTS = 5000;

/** A long playbook checked against a large inventory, as YAML and as INI, must take at most 3 × `node -e 0` + 1 s. */
export function lintCost(rounds: number): boolean {
  const dir = mkdtempSync(join(tmpdir(), 'unwedge-bench-'));
  try {
    const file = (name: string, text: string): string => {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    };
    const playbook = file('playbook.yaml', playbookText());
    const inventories = [file('hosts.yaml', yamlText()), file('hosts.ini', iniText())];
    const start = fastest(rounds, ['-e', '0']);
    const limit = 3 * start + 1000;
    console.log(
      `node -e 0: ${start.toFixed(0)} ms; allowed: ${limit.toFixed(0)} ms (CPU time, fastest of ${rounds} each)`,
    );
    return inventories
      .map((inventory) => {
        const taken = fastest(rounds, [CLI, 'lint', playbook, '-i', inventory]);
        console.log(`lint, ${STEPS} steps, ${HOSTS} hosts (${inventory.split('.').at(-1)}): ${taken.toFixed(0)} ms`);
        return taken <= limit;
      })
      .every(Boolean);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Milliseconds of CPU time, user and system: what else the machine does counts for nothing. */
function fastest(rounds: number, argv: readonly string[]): number {
  const times = Array.from({ length: rounds }, () => {
    const call = ['-c', '"$@" >&2 || exit; times', 'sh', process.execPath, ...argv];
    const { status, stdout, stderr } = spawnSync('sh', call, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${argv.join(' ')} ended with exit code ${status}:\n${stderr}`);
    return childrenTime(stdout);
  });
  return Math.min(...times);
}

/** Of what `times` prints: the shell's own on the first line, its children's on the second, `0m0.788000s 0m0.106000s`. */
function childrenTime(text: string): number {
  const [, children = ''] = text.split('\n');
  const parts = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length !== 2) throw new Error(`no answer of times: ${text}`);
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000, 0);
}

/** Conditions, registers, templates and loops over the hosts' variables. */
const playbookText = (): string =>
  `- hosts: docker\n  serial: [1, "10%", "100%"]\n  vars: { tier: web }\n  handlers:\n    - name: Tell\n      assert: { that: "true" }\n  steps:\n${Array.from({ length: STEPS / 3 }, (_, i) => threeSteps(i)).join('')}`;

const threeSteps = (i: number): string => `    - name: Look ${i}
      scan: {}
      register: found_${i}
      when: port > 1024 && rack.startsWith("r")
    - name: Say ${i}
      command: { check: 'test -e "$1"', run: 'touch "$1"', args: ["/run/{{ rack }}-{{ port }}-${i}"] }
      notify: Tell
      timeout: 30s
    - name: Ask ${i}
      assert: { that: "found_${i}.dead == 0 && labels.size() == 2", message: "{{ inventory_hostname }} in {{ zone }}" }
      when: port > 1024 && rack.startsWith("r")
`;

const hostVars = (i: number) => ({ rack: `r${i % 40}`, zone: `z${i % 3}`, port: 2000 + i, weight: i % 7 });

const yamlText = (): string => {
  const hosts = Object.fromEntries(Array.from({ length: HOSTS }, (_, i) => [`web-${i}.example`, hostVars(i)]));
  return JSON.stringify({ all: { vars: { labels: ['a', 'b'] }, children: { docker: { hosts } } } }, undefined, 1);
};

const iniText = (): string => {
  const line = (i: number) =>
    `web-${i}.example ${Object.entries(hostVars(i))
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`;
  return `[docker]\n${Array.from({ length: HOSTS }, (_, i) => line(i)).join('\n')}\n[all:vars]\nlabels=["a", "b"]\n`;
};
