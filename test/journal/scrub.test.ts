import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { scrub, scrubError } from '../../src/journal/scrub.ts';
import { anyRun, applying, at, change, started } from './sample-events.ts';

const SECRET = `it's $ecret"`;
const failed = (message: string): RunEvent =>
  at({ type: 'host.unreachable', host: 'web-1', reason: { message, todo: message } });
const messageAfter = (secret: string, message: string) => {
  const event = scrub([secret])(failed(message));
  return event.type === 'host.unreachable' ? event.reason.message : '';
};

describe('scrub', () => {
  it.each([
    ['itself', `password ${SECRET} refused`, 'password *** refused'],
    ['quoted for sh', `'it'\\''s $ecret"'`, `'***'`],
    ['quoted for sh, the other way', `'it'"'"'s $ecret"'`, `'***'`],
    ['in double quotes', `"it's \\$ecret\\""`, '"***"'],
    ['backslashed', `it\\'s\\ \\$ecret\\"`, '***'],
    ['in JSON', JSON.stringify({ p: SECRET }), '{"p":"***"}'],
    ['in a URL', `https://h/?p=${encodeURIComponent(SECRET)}&x`, 'https://h/?p=***&x'],
    ['in base64 for URLs', Buffer.from(SECRET).toString('base64url'), '***'],
    ['in base64', `x ${Buffer.from(SECRET).toString('base64')} y`, 'x *** y'],
  ])('%s', (_, message, expected) => {
    expect(messageAfter(SECRET, message)).toBe(expected);
  });

  it('finds it in base64 wherever it begins', () => {
    for (const before of ['', 'a', 'ab', 'abc']) {
      const text = Buffer.from(`${before}${SECRET}after`).toString('base64');
      expect(messageAfter(SECRET, text)).toContain('***');
    }
  });

  it('reaches every text of an event, at any depth', () => {
    const clean = scrub(['hunter22'])(applying('a', 0, change('hunter22', { data: { deep: [{ er: 'x hunter22' }] } })));
    expect(JSON.stringify(clean)).not.toContain('hunter22');
  });

  it('marks a change whose undo would not restore what was there, and only that', () => {
    const touched = scrub(['hunter22'])(applying('a', 0, change('put', { before: 'password=hunter22' })));
    expect(touched).toMatchObject({ scrubbed: true, change: { before: 'password=***' } });
    const named = scrub(['hunter22'])(applying('a', 0, change('put', { summary: 'put hunter22' })));
    expect(named).toMatchObject({ change: { summary: 'put ***' } });
    expect(named).not.toHaveProperty('scrubbed');
  });

  it('leaves what identifies things, though the password is a common word', () => {
    const clean = scrub(['change', 'web-1', 'none', 'root']);
    const event = clean(applying('web-1', 0, change('x')));
    expect(event).toMatchObject({ type: 'change.applying', host: 'web-1', change: { risk: 'none' } });
    const hosts = [{ name: 'web-1', user: 'root', sshArgs: ['-o', 'x=root'] }];
    expect(clean(started({ hosts }))).toMatchObject({
      hosts: [{ name: 'web-1', user: 'root', sshArgs: ['-o', 'x=***'] }],
    });
    const outcome = { host: 'web-1', status: 'failed', changes: 0, reason: { message: 'root' } } as const;
    expect(clean(at({ type: 'host.finished', outcome }))).toMatchObject({
      outcome: { host: 'web-1', status: 'failed', reason: { message: '***' } },
    });
    expect(clean(at({ type: 'play.started', play: 'p', hosts: ['web-1'], steps: 1 }))).toMatchObject({
      hosts: ['web-1'],
    });
  });

  it('does not turn everything into stars for a secret of less than four characters', () => {
    expect(messageAfter('abc', 'abc')).toBe('abc');
    expect(messageAfter('', 'abc')).toBe('abc');
  });

  it('leaves events alone where there is no secret', () => {
    fc.assert(
      fc.property(anyRun, (events) => {
        expect(events.map(scrub([]))).toEqual(events);
        expect(events.map(scrub(['not in there']))).toEqual(events);
      }),
    );
  });

  it('reaches an error with its stack and its causes', () => {
    const error = new Error('no hunter22', { cause: new Error('since hunter22') });
    expect(scrubError(error, ['hunter22'])).toBe(error);
    expect(`${error.message} ${error.stack} ${error.cause}`).not.toContain('hunter22');
    expect(error.message).toBe('no ***');
    expect(scrubError('hunter22', ['hunter22'])).toBe('hunter22');
  });

  it('the longer of two that begin alike, side by side and at both ends', () => {
    const message = (text: string) => {
      const event = scrub(['pass', 'password', 'passport'])(failed(text));
      return event.type === 'host.unreachable' ? event.reason.message : '';
    };
    expect(message('passwordpasspassport')).toBe('*********');
    expect(message('pas password pa')).toBe('pas *** pa');
    expect(message('pas')).toBe('pas');
  });

  it('each of five thousand hosts may have its own', () => {
    const clean = scrub(Array.from({ length: 5_000 }, (_, i) => `${i}-of-a-host`));
    const event = clean(failed(`${'x of-a-host '.repeat(10_000)}4999-of-a-host`));
    expect(event).toMatchObject({ reason: { message: `${'x of-a-host '.repeat(10_000)}***` } });
  });

  it('leaves no trace of any secret, as it is, in JSON and in base64', () => {
    // Stars in a secret could come from the mask itself.
    const secret = fc.string({ minLength: 8, maxLength: 20 }).filter((text) => !text.includes('*'));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (s, before, after) => {
        const text = `${before}${s}${after}`;
        for (const form of [text, JSON.stringify(text), Buffer.from(text).toString('base64')]) {
          expect(messageAfter(s, form)).toContain('***');
          expect(messageAfter(s, form)).not.toContain(s);
        }
      }),
    );
  });
});
