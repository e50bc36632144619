import { describe, expect, it } from 'vitest';
import { scheduledWords } from '../../src/cli/schedule-words.ts';
import { serviceText } from '../../src/schedule/unit-text.ts';
import { schedule } from './sample-schedule.ts';

describe('a schedule that reports and notifies', () => {
  const writes = ['/var/lib/node exporter'];
  const lines = (version: number, scope: 'system' | 'user') =>
    serviceText(schedule({ writes }), version, scope)
      .split('\n')
      .filter((line) => /^(ReadWrite|UMask)/.test(line));

  it.each([
    [252, 'system', ['UMask=0022', 'ReadWritePaths="/var/lib/node exporter"']],
    [
      219,
      'system',
      ['UMask=0022', 'ReadWriteDirectories="/var/lib/unwedge"', 'ReadWriteDirectories="/var/lib/node exporter"'],
    ],
    [252, 'user', ['UMask=0022']],
  ] as const)('systemd %i, %s: it may write its reports, for others to read', (version, scope, expected) => {
    expect(lines(version, scope)).toEqual(expected);
  });

  it('without reports nobody else may read what it writes', () => {
    expect(serviceText(schedule(), 252, 'system')).toMatch(/^UMask=0077$/m);
  });

  it('passes on who is told, and where reports go', () => {
    const flags = {
      ...{
        playbook: ['/srv/free.yaml'],
        inventory: ['a,'],
        extraVars: [],
        tags: [],
        skipTags: [],
        forks: 25,
        timeout: 10,
      },
      ...{
        lockWait: 0,
        jitter: 0,
        verbose: 0,
        notify: 'mail -s "unwedge" ops',
        webhookFile: '/etc/hook',
        pingFile: '/etc/ping',
      },
      report: ['/var/lib/node exporter/unwedge.prom'],
    };
    expect(scheduledWords(flags, '/var/lib/unwedge', 'pin').join('\n')).toContain(
      [
        ...['--notify', 'mail -s "unwedge" ops', '--webhook-file', '/etc/hook', '--ping-file', '/etc/ping'],
        ...['--report', '/var/lib/node exporter/unwedge.prom'],
      ].join('\n'),
    );
  });
});
