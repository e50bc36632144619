import { describe, expect, it, test } from 'vitest';
import { bytesOf, lookAtFile, parseFile } from '../../src/files/file.ts';
import {
  fileChange,
  fileUndo,
  refusalToWrite,
  removedByUndo,
  withPending,
  writeFile,
} from '../../src/files/file-change.ts';
import { fakeHost } from '../steps/fake-host.ts';
import { pendingChange } from '../steps/plan-cases.ts';

const path = '/etc/x/y.conf';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const absent = parseFile(path, 'absent\n');
const old = parseFile(path, `file\t2600\t7\t8\t${base64('x\u0000\n\n')}\ndirectory\n`);

describe('a look at a file', () => {
  it('tells bytes, mode and owner', () => {
    expect(old.state).toEqual({ mode: '2600', uid: '7', gid: '8', base64: base64('x\u0000\n\n') });
    expect(bytesOf(old)).toEqual(Buffer.from('x\u0000\n\n'));
    expect([old.directoryExists, absent.directoryExists]).toEqual([true, false]);
  });

  it('takes an empty file for a file', () => {
    expect(parseFile(path, 'file\t644\t0\t0\t\n').state).toEqual({ mode: '644', uid: '0', gid: '0', base64: '' });
  });

  it('does not decide anything from half an answer', () => {
    expect(() => parseFile(path, '')).toThrow(`the look at ${path} came back incomplete`);
    expect(() => parseFile(path, 'directory\n')).toThrow('incomplete');
  });

  it('fails where the file cannot be read', async () => {
    const host = fakeHost({ 'files/probe.sh': { code: 1, stderr: 'Input/output error\n' } });
    await expect(lookAtFile(host, path)).rejects.toThrow(`${path} could not be read: Input/output error`);
  });
});

describe('a change of a file', () => {
  test('the previous bytes, mode and owner travel with it, and are kept', () => {
    expect(fileChange(old, 'new\n')).toMatchObject({
      resource: `file ${path}`,
      summary: `change ${path}`,
      data: {
        path,
        before: ['2600', '7', '8', base64('x\u0000\n\n')],
        after: ['2600', '7', '8', base64('new\n')],
        directory: 'kept',
      },
      diff: { path, before: 'x\u0000\n\n', after: 'new\n' },
    });
  });

  test('a new file is root’s and readable, in a directory made for it if need be', () => {
    expect(fileChange(absent, 'new\n')).toMatchObject({
      summary: `write ${path}`,
      before: null,
      data: { before: ['absent', '', '', ''], after: ['644', '0', '0', base64('new\n')], directory: 'made' },
    });
  });

  test('there is none where the bytes are the same', () => {
    expect(fileChange(old, 'x\u0000\n\n')).toBeUndefined();
  });

  test('an earlier step of a dry run has written it', () => {
    const pending = [
      fileChange(absent, 'first\n') ?? pendingChange('nothing'),
      pendingChange('file'),
      pendingChange('unit x'),
    ];
    const then = withPending(absent, pending);
    expect(fileChange(then, 'first\n')).toBeUndefined();
    expect(fileChange(then, 'second\n')?.diff).toEqual({ path, before: 'first\n', after: 'second\n' });
    expect(withPending(parseFile('/etc/other', 'absent\n'), pending).state).toBeUndefined();
  });

  test.each([
    ['odd\tsymbolic link\ndirectory\n', `${path} is a symbolic link, not a plain file`],
    ['absent\nclosed\t/etc is immutable\n', `${path} could not be written: /etc is immutable`],
    ['absent\ndirectory\n', undefined],
  ])('what stands in its way is told: %j', (stdout, reason) => {
    expect(refusalToWrite(parseFile(path, stdout))?.reason).toBe(reason);
  });

  test('write and restore hand over the same words; what has drifted is told as that', async () => {
    const change = fileChange(old, 'new\n');
    if (!change) throw new Error('no change');
    const host = fakeHost({ 'files/apply.sh': '' });
    await writeFile(host, change);
    const argv = [path, 'kept', ...change.data.after, ...change.data.before];
    expect(host.asked).toEqual([['files/apply.sh', ...argv]]);
    expect(fileUndo(change)).toEqual({
      script: { kind: 'undo', path: 'files/undo.sh' },
      args: argv,
      summary: `restore ${path}`,
      look: { kind: 'probe', path: 'files/probe-undo.sh' },
      diff: { path, before: 'new\n', after: 'x\u0000\n\n' },
    });
    // Where what was there would keep dockerd from starting, the undo removes the file.
    expect(fileUndo(removedByUndo(change))).toMatchObject({
      args: [path, 'kept', ...change.data.after, 'absent', '', '', ''],
      summary: `remove ${path}`,
      diff: { path, before: 'new\n', after: '' },
    });
  });
});
