import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../docs/sandbox.ts';

const TOKEN = `it's a $ecret "token"`;
const FILES = {
  'secret.yaml': `all:
  vars:
    token: { from: file, path: token }
    second: { from: command, argv: [printf, 'second-%s', secret] }
  hosts:
    web-1: { ansible_connection: local, third: !secret third-secret }
`,
  token: `${TOKEN}\n`,
  // It tells its secrets wherever it can: step names are told, arguments, output, errors.
  'tell.yaml': `- hosts: web-1
  on_failure: rollback_host
  steps:
    - command:
        check: echo "$1"; exit 1
        run: printf '%s\\n' "$@"
        undo: echo "$2" >&2; exit 4
        args: ["{{ token }}", "{{ second }}"]
      register: told
    - command:
        check: exit 1
        run: |
          for form do
            printf '%s\\n' "$form" >&2
            printf '%s' "$form" | base64 >&2
            printf 'xy%s' "$form" | base64 -w 0 >&2
          done
          exit 5
        args: ["{{ told.stdout }}", "{{ token }}", "{{ second }}", "{{ third }}"]
`,
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const TRACES = [
  TOKEN,
  'second-secret',
  'third-secret',
  base64(TOKEN),
  base64('third-secret'),
  base64('xysecond-secret'),
];

let sandbox: Sandbox;
beforeAll(() => {
  sandbox = new Sandbox(FILES);
});
afterAll(() => sandbox.remove());

const textsBelow = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');

function holdsNone(text: string): void {
  for (const trace of TRACES) expect(text).not.toContain(trace);
}

describe('a secret is on no sink', () => {
  it.each(['plain', 'tree', 'json'])('--output %s, with all that can be told, and the journal', (output) => {
    const { code, stdout, stderr } = sandbox.type(
      `unwedge run tell.yaml -i secret.yaml --output ${output} -v -v -v --diff --state-dir state-${output}`,
    );
    // The undo fails, too.
    expect({ code, stderr }).toEqual({ code: 20, stderr: '' });
    expect(stdout).toContain('***');
    const journal = textsBelow(join(sandbox.dir, `state-${output}`));
    expect(journal).toContain('***');
    holdsNone(stdout + stderr + journal);
  });

  it('a dry run', () => {
    const { stdout, stderr } = sandbox.type('unwedge run tell.yaml -i secret.yaml --check --diff -v -v -v');
    expect(stdout).toContain('***');
    holdsNone(stdout + stderr);
  });

  it.each(['--list', '--host web-1', '--host web-1 --explain', '--graph', ''])('inventory %s', (flags) => {
    const { code, stdout, stderr } = sandbox.type(`unwedge inventory -i secret.yaml ${flags}`);
    expect(code).toBe(0);
    holdsNone(stdout + stderr);
  });

  it('lint does not even take them', () => {
    sandbox.write('gone.yaml', FILES['secret.yaml'].replace('path: token', 'path: gone'));
    expect(sandbox.type('unwedge lint tell.yaml -i gone.yaml').code).toBe(0);
    expect(sandbox.type('unwedge run tell.yaml -i gone.yaml')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^gone.yaml:3:12: error: can't read the secret: ENOENT/),
    });
  });
});
