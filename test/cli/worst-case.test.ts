import { describe, expect, it } from 'vitest';
import { worstCase, worstCaseJson, worstCaseLine } from '../../src/cli/worst-case.ts';
import { checkPlaybook } from '../../src/playbook/load-playbook.ts';
import { stepTypes } from '../../src/steps/index.ts';

const lookFor = (text: string, hosts?: number) => {
  const play = checkPlaybook(Buffer.from(text), 'p.yaml', { stepTypes }).playbook?.plays[0];
  if (play === undefined) throw new Error(`not a sound playbook: ${text}`);
  return worstCase(play, hosts);
};

const BATCHES = `- name: Free
  hosts: all
  serial: [1, 50]
  rollout: { soak: 10, forks: 20, health: [{ assert: { that: "true" }, timeout: 5 }] }
  handlers:
    - name: Tell
      command: { run: logger told, undo: logger not }
      timeout: 1
  steps:
    - assert: { that: "true" }
      timeout: 7
    - command: { run: touch /run/x, undo: rm /run/x }
      timeout: 100
      retries: 2
      delay: 30
      notify: Tell
`;

describe('how long a play may take', () => {
  // 7 to look; 3 × 100 three times with two waits of 30; 3 × 1 for the handler.
  const host = 7 + 3 * 300 + 2 * 30 + 3;

  it('is the sum of its deadlines on a host: a look, a change, a look, as often as it is tried', () => {
    expect(worstCaseJson(lookFor(BATCHES))).toEqual({
      play: 'Free',
      file: 'p.yaml',
      line: 1,
      hostSeconds: host,
      loops: 0,
    });
  });

  it('is that for each batch, as often as its forks are filled, with health before and after, and the soak', () => {
    // 1 host, 50 hosts 20 at a time, 9 hosts.
    expect(lookFor(BATCHES, 60).all).toEqual({
      ...{ hosts: 60, batches: 3, forks: 20 },
      seconds: (1 + 3 + 1) * (host + 2 * 5) + 3 * 10,
    });
  });

  it('is told on a line', () => {
    expect(worstCaseLine(lookFor(BATCHES, 60))).toBe(
      "p.yaml:1: info: 'Free' may take up to 16 min 10 s on a host; 60 hosts in 3 batches, 20 at a time, up to 1 h 22 min by its steps' deadlines, one change each",
    );
  });

  it('says what it does not count: how many items a loop has is known on a host only', () => {
    const text = '- hosts: all\n  steps:\n    - assert: { that: item > 0 }\n      loop: [1, 2]\n      timeout: 20\n';
    expect(lookFor(text)).toMatchObject({ host: 20, loops: 1 });
    expect(worstCaseLine(lookFor(text))).toMatch(/, and more for each further item of 1 loop$/);
  });

  it('counts blocks with their rescue and their end', () => {
    const step = '{ assert: { that: "true" }, timeout: 2 }';
    const text = `- hosts: all\n  steps:\n    - block: [${step}]\n      rescue: [${step}]\n      always: [${step}]\n`;
    expect(lookFor(text).host).toBe(6);
  });
});
