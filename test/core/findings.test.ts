import { expect, test } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import { Findings } from '../../src/core/findings.ts';

const found = (subject: string, message = subject): Finding => ({
  code: 'UW001',
  severity: 'critical',
  subject,
  message,
  remedy: 'r',
  evidence: [],
});
const planned = (host: string, findings?: readonly Finding[]) => ({
  ...({ at: '', type: 'step.planned', host, step: 's', changes: [], notes: [] } as const),
  ...(findings ? { findings } : {}),
});

test('what a look finds again is no news, in other words too; what it finds no more is gone', () => {
  const findings = new Findings();
  expect(findings.add(planned('a', [found('x'), found('y')])).news.map((f) => f.subject)).toEqual(['x', 'y']);
  const second = findings.add(planned('a', [found('y', 'in other words'), found('z')]));
  expect(second.news.map((f) => f.subject)).toEqual(['z']);
  expect(second.gone.map((f) => f.subject)).toEqual(['x']);
  expect([...findings.byHost({ gone: false })]).toEqual([['a', [found('y', 'in other words'), found('z')]]]);
  expect([...findings.byHost({ gone: true })]).toEqual([['a', [found('x')]]]);
});

test('a step that does not look leaves what was found, a look that finds nothing does not', () => {
  const findings = new Findings();
  findings.add(planned('a', [found('x')]));
  expect(findings.add(planned('a'))).toEqual({ news: [], gone: [] });
  expect(findings.add(planned('a', [])).gone).toHaveLength(1);
  expect(findings.add(planned('a', [])).gone).toEqual([]);
});

test('what comes back is news', () => {
  const findings = new Findings();
  findings.add(planned('a', [found('x')]));
  findings.add(planned('a', []));
  expect(findings.add(planned('a', [found('x')])).news).toHaveLength(1);
});

test('two of the same code and subject are two, and hosts do not share', () => {
  const findings = new Findings();
  expect(findings.add(planned('a', [found('x', '1'), found('x', '2')])).news).toHaveLength(2);
  expect(findings.add(planned('b', [found('x', '1')])).news).toHaveLength(1);
  expect(findings.add(planned('a', [found('x', '1')])).gone.map((f) => f.message)).toEqual(['2']);
});

test('a look that tells only of some codes leaves the others as they were', () => {
  const findings = new Findings();
  findings.add(planned('a', [found('x'), { ...found('y'), code: 'UW301' }]));
  expect(findings.add({ ...planned('a', []), tells: ['UW0', 'UW1'] }).gone.map((f) => f.subject)).toEqual(['x']);
});
