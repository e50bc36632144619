import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../docs/sandbox.ts';

const isRoot = process.getuid?.() === 0;
const SOMEBODY = 65534;
const SECRET = 'ghp_SECRETTOKEN';

let sandbox: Sandbox;
const at = (name: string) => join(sandbox.dir, name);
beforeAll(() => {
  sandbox = new Sandbox({
    'ok.yaml': '- hosts: web-1\n  steps:\n    - command: { check: "exit 0", run: "true" }\n',
  });
});
afterAll(() => sandbox.remove());

describe('files that somebody else can write to', () => {
  it('a journal: nothing of it is obeyed, in no command', () => {
    const runs = sandbox.type('unwedge runs').stdout;
    const journal = at(`state/unwedge/runs/${runs.split(' ')[0]}/journal.jsonl`);
    chmodSync(journal, 0o666);
    for (const command of ['rollback RUN', 'resume RUN', 'runs show RUN', 'runs export RUN'])
      expect(sandbox.type(`unwedge ${command}`)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining(`chmod 0600 ${journal}`),
      });
    chmodSync(journal, 0o600);
    expect(existsSync(at('made'))).toBe(true);
    expect(sandbox.type('unwedge runs show RUN').code).toBe(0);
  });

  it('a saved plan', () => {
    expect(sandbox.type('unwedge run ok.yaml -i inventory.yaml --check --out plan.json').code).toBe(0);
    chmodSync(at('plan.json'), 0o664);
    expect(sandbox.type('unwedge run --plan plan.json')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('plan.json can be written by its group (mode 0664): it is not used'),
    });
    chmodSync(at('plan.json'), 0o600);
    expect(sandbox.type('unwedge run --plan plan.json').code).toBe(0);
  });

  it('an evidence file', () => {
    expect(sandbox.type('unwedge runs export RUN --out e.tar.gz').code).toBe(0);
    chmodSync(at('e.tar.gz'), 0o666);
    expect(sandbox.type('unwedge runs verify e.tar.gz').stderr).toContain('can be written by every user (mode 0666)');
    chmodSync(at('e.tar.gz'), 0o600);
    expect(sandbox.type('unwedge runs verify e.tar.gz').code).toBe(0);
  });

  it.each([['--webhook-file'], ['--ping-file'], ['--become-password-file']])('the file of %s', (flag) => {
    writeFileSync(at('secret'), 'https://127.0.0.1:1/\n');
    chmodSync(at('secret'), 0o666);
    expect(sandbox.type(`unwedge run ok.yaml -i inventory.yaml ${flag} secret`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('can be written by every user (mode 0666): it is not used'),
    });
  });
});

describe('what might never end is refused at once', () => {
  beforeAll(() => {
    execFileSync('mkfifo', [at('pipe')]);
    sandbox.write(
      'fifo.yaml',
      'all:\n  vars: { token: { from: file, path: pipe } }\n  hosts: { web-1: { ansible_connection: local } }\n',
    );
  });
  it.each([
    ['run ok.yaml -i fifo.yaml --check'],
    ['run ok.yaml -i inventory.yaml --check -e @pipe'],
    ['lint ok.yaml -e @pipe'],
    ['run ok.yaml -i inventory.yaml --check -l @pipe'],
    ['run ok.yaml -i inventory.yaml --check --become-password-file pipe'],
    ['run ok.yaml -i inventory.yaml --check --webhook-file pipe'],
    ['run --plan pipe'],
    ['runs verify pipe'],
    ['audit -i inventory.yaml --diff pipe'],
  ])('%s', (command) => {
    expect(sandbox.type(`unwedge ${command}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it is a named pipe, not a regular file'),
    });
  });

  it('a pipe of the caller is read', () => {
    expect(sandbox.type("unwedge run ok.yaml -i inventory.yaml --check -e @<(printf 'a: b')").code).toBe(0);
  });
});

describe.skipIf(!isRoot)('--report', () => {
  it('does not write through a link of another user, and does through one of the caller', () => {
    mkdirSync(at('shared'));
    chmodSync(at('shared'), 0o1777);
    for (const name of ['theirs', 'mine']) {
      writeFileSync(at(`${name}.html`), 'precious');
      symlinkSync(at(`${name}.html`), at(`shared/${name}.html`));
    }
    lchownSync(at('shared/theirs.html'), SOMEBODY, SOMEBODY);
    const report = (name: string) =>
      sandbox.type(`unwedge run ok.yaml -i inventory.yaml --check --report shared/${name}.html`);
    expect(report('theirs')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('theirs.html is a symbolic link that belongs to another user (uid 65534)'),
    });
    expect(readFileSync(at('theirs.html'), 'utf8')).toBe('precious');
    expect(report('mine').code).toBe(0);
    expect(readFileSync(at('mine.html'), 'utf8')).toContain('<html');
  });
});

describe('the lock of a play', () => {
  it.skipIf(!isRoot || process.platform !== 'linux')(
    'can not be held by another user, who knows its name',
    async () => {
      const names = [['ok.yaml'], ['inventory.yaml']].map((all) => all.map((name) => realpathSync(at(name))));
      const hash = createHash('sha256')
        .update(`play ${JSON.stringify(names)}`)
        .digest('hex')
        .slice(0, 32);
      const held = `const address = '\\0unwedge/${hash}';
      require('node:net').createServer((s) => s.end('run\\tops\\t2026\\n')).listen(address, () => console.log('held'));`;
      const squatter = spawn(process.execPath, ['-e', held], { uid: SOMEBODY, gid: SOMEBODY });
      await once(squatter.stdout, 'data');
      expect(sandbox.type('unwedge run ok.yaml -i inventory.yaml').code).toBe(0);
      await ended(squatter);
      const locks = '/var/lib/unwedge/locks';
      expect(statSync(locks)).toMatchObject({ uid: 0, mode: expect.toSatisfy((mode: number) => (mode & 0o077) === 0) });
      const tried = spawnSync('sh', ['-c', `: >${locks}/${hash}.1`], { uid: SOMEBODY, gid: SOMEBODY });
      expect(tried.status).not.toBe(0);
    },
  );

  it('a run that is skipped for it is reported from the third time on, and over with the next run', async () => {
    sandbox.write(
      'long.yaml',
      `- hosts: web-1\n  steps:\n    - command: { check: "exit 1", run: ": >${at('at-work')}; tail -f /dev/null", undo: "true" }\n`,
    );
    const first = spawn(join(at('bin'), 'unwedge'), ['run', 'long.yaml', '-i', 'inventory.yaml'], {
      cwd: sandbox.dir,
      env: {
        PATH: `${at('bin')}:${process.env.PATH}`,
        XDG_STATE_HOME: at('state'),
        UNWEDGE_LOCK: at('lock'),
        UNWEDGE_HOST_DIR: at('host'),
      },
      detached: true,
    });
    const call = `unwedge run long.yaml -i inventory.yaml --notify 'cat >>notices'`;
    await until(() => existsSync(at('at-work')));
    const texts = () =>
      existsSync(at('notices'))
        ? readFileSync(at('notices'), 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line))
        : [];
    for (const expected of [0, 0, 1, 1]) {
      expect(sandbox.type(call).code).toBe(30);
      expect(texts().length).toBe(expected);
    }
    expect(texts()[0].appeared).toMatchObject([
      {
        kind: 'run',
        code: 'skipped',
        message: expect.stringMatching(/^not run 3 times in a row: run \w+-\w+ of .*@.*, since 20.*, holds the lock$/),
      },
    ]);
    process.kill(-(first.pid ?? 0), 'SIGKILL');
    await ended(first);
    sandbox.write('long.yaml', readFileSync(at('ok.yaml'), 'utf8'));
    // The host ends what the killed controller has left there.
    expect(sandbox.type(`${call} --lock-wait 1m`).code).toBe(0);
    expect(texts().at(-1)).toMatchObject({ event: 'recovered', went: [{ code: 'skipped' }] });
  });
});

async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error('it did not come to that within a minute');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

describe('lint --untrusted', () => {
  beforeAll(() => {
    writeFileSync(at('secret.yaml'), `- ${SECRET}: { : ]\n`);
    mkdirSync(at('mr/group_vars'), { recursive: true });
    const mr = (name: string, text: string, mode = 0o644) => writeFileSync(at(`mr/${name}`), text, { mode });
    mr('plugin.mjs', `import { writeFileSync } from 'node:fs'; writeFileSync('${at('pwned-plugin')}', '');\n`);
    mr('plugin.yaml', '- hosts: all\n  plugins: [./plugin.mjs]\n  steps:\n    - command: { run: "true" }\n');
    mr('program', `#!/bin/sh\n: >${at('pwned-program')}\necho '{}'\n`, 0o755);
    mr('plain.yaml', '- hosts: all\n  steps:\n    - command: { run: "true" }\n');
    mr('absolute.yaml', `- hosts: all\n  steps:\n    - include: ${at('secret.yaml')}\n`);
    mr('up.yaml', '- hosts: all\n  steps:\n    - include: ../secret.yaml\n');
    mr('git.yaml', '- hosts: all\n  steps:\n    - include: .git/config\n');
    mkdirSync(at('mr/.git'));
    mr('.git/config', `- ${SECRET}: { : ]\n`);
    symlinkSync('../secret.yaml', at('mr/hosts.ini'));
    symlinkSync('../../secret.yaml', at('mr/group_vars/all.yml'));
    mr('hosts.yaml', 'all: { hosts: { a: } }\n');
    mkdirSync(at('mr/here'));
    mr('here/plain.yaml', readFileSync(at('mr/plain.yaml'), 'utf8'));
    mr(
      'here/hosts.yaml',
      'all:\n  vars: { ansible_ssh_common_args: -o ProxyCommand=x, t: { from: command, argv: [pass, show] } }\n  hosts: { a: { ansible_connection: local } }\n',
    );
  });
  const lint = (words: string) => sandbox.type(`cd mr && unwedge lint ${words}`);

  it('executes neither a plugin nor an inventory program, and says so', () => {
    expect(lint('--untrusted plugin.yaml')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/PB109[\s\S]*runs nothing|runs nothing[\s\S]*PB109/),
    });
    expect(lint('--untrusted plain.yaml -i program')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('lint --untrusted runs nothing'),
    });
    expect([existsSync(at('pwned-plugin')), existsSync(at('pwned-program'))]).toEqual([false, false]);
    // Without it both are executed: docs/untrusted.md says so.
    lint('plugin.yaml -i program');
    expect([existsSync(at('pwned-plugin')), existsSync(at('pwned-program'))]).toEqual([true, true]);
  });

  it('warns of what a run would execute on the controller', () => {
    const { code, stdout } = lint('--untrusted here/plain.yaml -i here/hosts.yaml');
    expect(code).toBe(0);
    for (const part of [
      'a run would execute pass on this machine',
      'options of ssh (ansible_ssh_common_args)',
      'execute its steps on this machine',
    ])
      expect(stdout).toContain(part);
    expect(lint('here/plain.yaml -i here/hosts.yaml').stdout).not.toContain('PB503');
  });

  it.each([
    ['absolute.yaml'],
    ['up.yaml'],
    ['git.yaml'],
    ['plain.yaml -i hosts.ini'],
    ['plain.yaml -i hosts.yaml'],
    ['plain.yaml -e @hosts.ini'],
  ])('%s: nothing of a file outside is read; without the flag nothing of it is shown', (words) => {
    for (const flag of ['--untrusted ', '', '--format json ', '--format sarif ']) {
      const { code, stdout, stderr } = lint(`${flag}${words}`);
      expect(code).toBe(1);
      expect(stdout + stderr).not.toContain(SECRET);
    }
    expect(lint(`--untrusted ${words}`)).toMatchObject({
      stdout: expect.toSatisfy((text: string) => words.includes('-e') || /it is outside of |belongs to git/.test(text)),
    });
  });

  it('inventory shows nothing of such a file either', () => {
    for (const source of ['hosts.ini', 'hosts.yaml']) {
      const { code, stdout, stderr } = sandbox.type(`cd mr && unwedge inventory -i ${source}`);
      expect(code).toBe(1);
      expect(stdout + stderr).not.toContain(SECRET);
      expect(stderr).toContain('the text is not shown');
    }
  });
});
