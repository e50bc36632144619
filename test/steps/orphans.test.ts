import { describe, expect, test } from 'vitest';
import { orphans } from '../../src/steps/orphans/step.ts';
import { daemonAnswers, dead, host, id, running } from '../docker/world.ts';
import { fakeHost } from './fake-host.ts';
import { pendingChange, planCases } from './plan-cases.ts';

const [lost, young] = [id('lost'), id('young')];
const answers = (...rows: string[]) => ({
  ...daemonAnswers({ containers: [running('web', 7), dead('victim')] }),
  'steps/orphans/probe.sh': ['started\t2000.50', `directory\t${id('web')}\tyes`, ...rows, ''].join('\n'),
});
const skeleton = (of: string, changed = 1000) => [
  `directory\t${of}\tno`,
  `changed\t${of}\t${changed}`,
  `tree\t${of}\t1777\t0\t0\t./mounts/shm`,
  `tree\t${of}\t700\t0\t0\t./mounts`,
  `tree\t${of}\t710\t0\t5\t.`,
];
const path = `${host.root}/containers/${lost}`;
const removed = `remove the 3 empty directories left of container ${lost.slice(0, 12)}: ${path}`;
const left = (why: string) => `docker does not know ${path}: left alone, ${why}`;

describe('orphans', () => {
  const args = { remove: true };
  planCases(orphans, [
    {
      name: 'docker knows all',
      args,
      answers: answers(),
      notes: [],
      output: { directories: 0, layers: 0, removed: 0 },
    },
    {
      name: 'an empty skeleton is only told',
      args: { remove: false },
      answers: answers(...skeleton(lost)),
      notes: [`docker does not know ${path}: empty directories that nothing refers to (remove: true takes them away)`],
      output: { directories: 1, removed: 0 },
    },
    {
      name: 'and taken away on demand',
      args,
      answers: answers(...skeleton(lost)),
      changes: [removed],
      output: { removed: 1 },
    },
    {
      name: 'once',
      args,
      answers: answers(...skeleton(lost)),
      pending: [pendingChange(`orphan ${lost}`)],
      output: { directories: 0 },
    },
    {
      name: 'what holds a file is kept',
      args,
      answers: answers(`directory\t${lost}\tno`, `changed\t${lost}\t1000`, `holds\t${lost}\t./x-json.log`),
      notes: [left('it holds files or the like: ./x-json.log')],
      output: { directories: 1, removed: 0 },
    },
    {
      name: 'what docker could not load is kept',
      args,
      answers: answers(`directory\t${lost}\tyes`),
      notes: [left('it still has its configuration, which docker did not load: journalctl -u docker says why')],
    },
    {
      name: 'what somebody uses is kept',
      args,
      answers: answers(...skeleton(lost), `used\t${lost}\t/proc/7/mountinfo`, `used\t${lost}\t/proc/7/cgroup`),
      notes: [left('something refers to it: /proc/7/mountinfo, /proc/7/cgroup')],
    },
    ...[2000, 2001].map((changed) => ({
      name: `what is younger than dockerd is kept: docker may be making it (${changed})`,
      args,
      answers: answers(...skeleton(lost, changed)),
      notes: [left('it is younger than the process of dockerd, which has not been started since')],
    })),
    {
      name: 'a directory that could not be listed is kept',
      args,
      answers: answers(`directory\t${lost}\tno`),
      notes: [left('it could not be looked into')],
    },
    {
      name: 'a layer is told, never taken away',
      args,
      answers: answers(`layer\t${id('web')}`, `layer\t${lost}`),
      notes: [`the layer of container ${lost.slice(0, 12)}, which docker does not know, is left alone: it holds files`],
      output: { directories: 0, layers: 1, removed: 0 },
    },
    {
      name: 'a Dead container is no orphan, though its record is half removed',
      args,
      answers: answers(...skeleton(id('victim'))),
      output: { directories: 0 },
    },
    {
      name: 'it is one after the reboot that is to come, whoever uses it now',
      args,
      answers: answers(...skeleton(id('victim'), 3000), `used\t${id('victim')}\t/proc/7/mountinfo`),
      pending: [pendingChange('host boot', { gone: [`container ${id('victim')}`] })],
      changes: [removed.replaceAll(lost, id('victim')).replaceAll(lost.slice(0, 12), id('victim').slice(0, 12))],
    },
    {
      name: 'not so after it was removed as a container',
      args,
      answers: answers(...skeleton(id('victim'))),
      pending: [pendingChange(`container ${id('victim')}`)],
    },
    {
      name: 'where the start of dockerd is not told, nothing is taken away',
      args,
      answers: { ...answers(), 'steps/orphans/probe.sh': `${skeleton(young).join('\n')}\n` },
      output: { directories: 1, removed: 0 },
    },
    {
      name: 'it must see all',
      args,
      answers: { ...answers(), 'steps/orphans/probe.sh': { code: 5, stderr: 'there is no /x/containers' } },
      fails: /^docker's data root could not be read: there is no \/x\/containers$/,
    },
  ]);

  test('apply gets the directories, the deepest first; undo what they were', async () => {
    const session = fakeHost({
      ...answers(...skeleton(lost)),
      'steps/orphans/apply.sh': '',
      'steps/orphans/undo.sh': '',
    });
    const { changes } = orphans.plan(args, await orphans.probe(session, args), { pending: [], done: [] });
    const [change] = changes;
    if (change === undefined || orphans.undo.kind !== 'reverse') throw new Error('it can be reversed');
    await orphans.apply(session, change);
    const tree = ['1777', '0', '0', 'mounts/shm', '700', '0', '0', 'mounts', '710', '0', '5', ''];
    expect(session.asked.at(-1)).toEqual([
      ...['steps/orphans/apply.sh', host.root, lost, '1000', 'mounts/shm', 'mounts', ''],
    ]);
    expect(orphans.undo.call(change)).toMatchObject({
      script: { path: 'steps/orphans/undo.sh' },
      args: [host.root, lost, ...tree],
    });
  });
});
