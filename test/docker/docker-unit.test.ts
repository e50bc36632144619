import { describe, expect, test } from 'vitest';
import { nextStart, settingOf } from '../../src/docker/docker-unit.ts';
import { pendingChange } from '../steps/plan-cases.ts';

const ID = 'docker.service';
const etc = (name: string) => `/etc/systemd/system/${ID}.d/${name}.conf`;
const lib = (name: string) => `/usr/lib/systemd/system/${ID}.d/${name}.conf`;
const files = (given: Readonly<Record<string, string>>) => new Map(Object.entries(given));

/** Each as systemd 252 has loaded it after a reload. */
const CASES: Readonly<Record<string, [Readonly<Record<string, string>>, string[]]>> = {
  'blanks around': [{ [etc('a')]: '[Service]\n MountFlags = slave  \n' }, ['slave']],
  'lines of Windows and a byte order mark': [{ [etc('a')]: '\ufeff[Service]\r\nMountFlags=slave\r\n' }, ['slave']],
  'another section': [{ [etc('a')]: '[Unit]\nMountFlags=slave\n' }, []],
  'no section': [{ [etc('a')]: 'MountFlags=slave\n' }, []],
  comments: [{ [etc('a')]: '[Service]\n#MountFlags=slave\n;MountFlags=slave\n' }, []],
  'within a continued line': [{ [etc('a')]: '[Service]\nEnvironment=A=b \\\nMountFlags=slave\n' }, []],
  'a continued value': [{ [etc('a')]: '[Service]\nMountFlags=\\\n  slave\n' }, ['slave']],
  'a comment in a continued line': [
    { [etc('a')]: '[Service]\nEnvironment=A=b \\\n# MountFlags=private\n C=d\nMountFlags=slave\n' },
    ['slave'],
  ],
  'a later reset': [{ [etc('10-a')]: '[Service]\nMountFlags=slave\n', [etc('20-b')]: '[Service]\nMountFlags=\n' }, []],
  'by name, whatever the directory': [
    { [etc('20-b')]: '[Service]\nMountFlags=slave\n', [lib('10-a')]: '[Service]\nMountFlags=\n' },
    ['slave'],
  ],
  'of its type': [
    {
      [etc('10-a')]: '[Service]\nMountFlags=\n',
      '/etc/systemd/system/service.d/99-z.conf': '[Service]\nMountFlags=x\n',
    },
    ['x'],
  ],
  'hidden by the same name': [{ [lib('a')]: '[Service]\nMountFlags=private\n', [etc('a')]: '' }, []],
};

describe('what systemd would load', () => {
  test.each(Object.entries(CASES))('%s', (_, [given, values]) => {
    expect(settingOf('MountFlags', files(given), ID)).toEqual(values);
  });

  test('the first unit file there is', () => {
    const two = {
      [`/etc/systemd/system/${ID}`]: '[Service]\nX=1\n',
      [`/usr/lib/systemd/system/${ID}`]: '[Service]\nX=2\n',
    };
    expect(settingOf('X', files(two), ID)).toEqual(['1']);
  });
});

describe('the next start of dockerd', () => {
  const own = { [`/usr/lib/systemd/system/${ID}`]: '[Service]\nExecStart=/usr/sbin/dockerd -H fd:// --debug\n' };
  const unit = { id: ID, loaded: ['/usr/sbin/dockerd -H fd://'], files: files(own) };
  const dropin = (text: string) =>
    pendingChange(`file ${etc('o')}`, { diff: { path: etc('o'), before: '', after: text } });
  const reload = pendingChange(`systemd ${ID}`);

  test('is as loaded, until a reload', () => {
    expect(nextStart(unit, []).args).toEqual(['-H', 'fd://']);
    expect(nextStart(unit, [dropin('[Service]\nExecStart=\nExecStart=dockerd\n')]).args).toEqual(['-H', 'fd://']);
    expect(nextStart(unit, [reload]).args).toEqual(['-H', 'fd://', '--debug']);
  });

  test('is as the pending drop-in makes it, which a later one may reset', () => {
    const pending = [dropin('[Service]\nExecStart=\nExecStart=-/usr/sbin/dockerd --icc=false\n'), reload];
    expect(nextStart(unit, pending)).toEqual({ args: ['--icc=false'], problem: undefined });
    const later = { ...own, [etc('z')]: '[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd -D\n' };
    expect(nextStart({ ...unit, files: files(later) }, pending).args).toEqual(['-D']);
  });

  test('fails where two commands are left', () => {
    expect(nextStart(unit, [dropin('[Service]\nExecStart=/usr/sbin/dockerd\n'), reload]).problem).toMatch(
      /^docker.service would have 2 commands/,
    );
  });

  test('is found where a shell starts it, and unknown where nothing says dockerd', () => {
    const start = (command: string) => nextStart({ ...unit, loaded: [command] }, []).args;
    expect(
      start("/bin/sh -c '/usr/bin/docker-current daemon --log-level=warn 2>&1 | forward-journald -tag docker'"),
    ).toEqual(['daemon', '--log-level=warn']);
    expect(start('/usr/local/bin/start')).toBeUndefined();
  });
});
