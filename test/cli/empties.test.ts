import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../docs/sandbox.ts';

const play = (hosts: string): string =>
  `- hosts: ${hosts}\n  steps:\n    - command: { check: test -e "$1", run: touch "$1", args: ["{{ file }}"] }\n`;
const FILES = {
  'all.yaml': play('all'),
  'empty.yaml': play('nobody'),
  'typo.yaml': play('dokcer'),
  'nothing.ini': '# no host\n[docker]\n',
  'some.ini': '[docker]\nweb-1 ansible_connection=local\n[nobody]\n[staging]\nweb-2 ansible_connection=local\n',
  'retry.txt': '# nobody failed\n',
};

let sandbox: Sandbox;
beforeAll(() => {
  sandbox = new Sandbox(FILES);
});
afterAll(() => sandbox.remove());

/** Ansible runs on every host, or says nothing, or ends with 0, for each of these. */
describe('never all hosts by mistake, never success without a host', () => {
  it.each([
    ['all.yaml -i some.ini -l ,', "the host pattern ',' is empty"],
    ["all.yaml -i some.ini -l ''", "the host pattern '' is empty"],
    ['all.yaml -i some.ini -l @retry.txt', 'the file names no host'],
    ['all.yaml -i some.ini -l web-1,tpyo', "no host or group is named 'tpyo'"],
    ["all.yaml -i some.ini -l 'all:!stagign'", "did you mean 'staging'?"],
    ['all.yaml -i some.ini -l nobody', "the group 'nobody' has no hosts"],
    ['all.yaml -i nothing.ini', 'the inventory has no hosts'],
    ['empty.yaml -i some.ini', "the group 'nobody' has no hosts"],
    ['typo.yaml -i some.ini', "did you mean 'docker'?"],
    ['all.yaml -i missing.ini', "can't read the inventory missing.ini: no such file"],
  ])('%s', (line, message) => {
    const { code, stdout, stderr } = sandbox.type(
      `unwedge run ${line} -e file=$PWD/ran; code=$?; ls ran 2>&1; exit $code`,
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
    expect(stdout).toContain("cannot access 'ran'");
  });

  it('one that is meant runs', () => {
    expect(sandbox.type('unwedge run all.yaml -i some.ini -l web-1 -e file=$PWD/ran && ls ran')).toMatchObject({
      code: 0,
    });
  });
});
