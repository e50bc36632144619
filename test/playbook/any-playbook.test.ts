import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/core/diagnostic-text.ts';
import type { Host } from '../../src/core/inventory.ts';
import { type Step, stepsOf } from '../../src/core/playbook.ts';
import { StepError } from '../../src/core/step-type.ts';
import { checkPlaybook } from '../../src/playbook/load-playbook.ts';
import { mutants } from '../fuzz/mutant.ts';
import { fuzzRuns, fuzzTimeout } from '../fuzz/runs.ts';
import { stepTypes } from './step-types.ts';

const hosts: Host[] = [{ name: 'a', groups: ['all'], vars: { port: 1 } }];
const numRuns = fuzzRuns;

/** Whatever is in the file: findings, never an exception, and a playbook only where there is no error. */
function check(content: Uint8Array): void {
  const { playbook, findings } = checkPlaybook(content, 'p.yaml', { stepTypes, selectHosts: () => hosts });
  expect(playbook === undefined).toBe(findings.some((finding) => finding.severity === 'error'));
  for (const step of playbook?.plays.flatMap((play) => [...stepsOf(play.steps), ...play.handlers]) ?? [])
    evaluate(step);
  for (const finding of findings) {
    expect(formatDiagnostic(finding)).not.toMatch(/[\0-\x08\x0b-\x1f\x7f]/);
    expect(finding.at?.file).toBe('p.yaml');
  }
}

/** On a host, an expression gives a value or a StepError. */
function evaluate(step: Step): void {
  const found = { dead: 1, busy: true, driver: 'aufs', ids: ['a'], more: {}, changed: false };
  for (const scope of [{ port: 1, found }, {}]) {
    const expressions = [
      () => step.when?.evaluate(scope),
      () => step.args(scope),
      () => step.loop?.items(scope),
      () => step.retry?.until?.evaluate(scope),
    ];
    for (const run of expressions) {
      try {
        run();
      } catch (error) {
        expect(error).toBeInstanceOf(StepError);
      }
    }
  }
}

const expression = fc
  .array(
    fc.constantFrom(
      ...[
        'found',
        'found.dead',
        'found.ids',
        'port',
        ' + ',
        '&&',
        '||',
        '!',
        '(',
        ')',
        '[',
        '0',
        ']',
        '"a"',
        "'",
        '.',
        'size(',
        'has(',
      ],
      ...[
        '{',
        '}',
        ':',
        ',',
        '?',
        '-',
        '.exists(x, ',
        '.all(',
        ' in ',
        '9999999999999999999',
        '1.5',
        'null',
        '\\',
        '\n',
        '{{',
        '}}',
        'é',
      ],
    ),
    { maxLength: 20 },
  )
  .map((tokens) => tokens.join(''));

const key = fc.constantFrom(
  ...[
    'name',
    'hosts',
    'steps',
    'when',
    'register',
    'notify',
    'timeout',
    'handlers',
    'vars',
    'serial',
    'rollout',
    'on_failure',
    'max_failures',
    'health',
    'soak',
    'spread_by',
    'window',
    'start',
    'time_zone',
    'confirm',
    'block',
    'rescue',
    'always',
    'include',
    'inputs',
    'loop',
    'until',
    'retries',
    'tags',
    'ignore_errors',
    'type',
    'default',
    'pattern',
    'enum',
  ],
  ...[
    'scan',
    'umount',
    'assert',
    'command',
    'restart',
    'that',
    'run',
    'args',
    'message',
    'unit',
    'wait',
    'namespaces',
    'labels',
  ],
  ...['__proto__', 'constructor', 'toString', ''],
);

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    expression,
    fc.constantFrom(null, true, 1, -1, 1.5, 'x', 'found', 'all'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

const map = fc.array(fc.tuple(key, value), { maxLength: 4 }).map((entries) => Object.fromEntries(entries));

/** Right in its frame, so that what is inside is reached. */
const play = fc
  .tuple(map, fc.array(map, { maxLength: 5 }), expression, expression, expression)
  .map(([settings, steps, when, that, message]) => [
    {
      hosts: 'all',
      steps: [{ scan: {}, register: 'found' }, ...steps, { umount: {}, when }, { assert: { that, message } }],
      ...settings,
    },
  ]);

const encoded = (content: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(content));

/** Shipped ones, and those that are broken in each way that we know of. */
const files = ['../../playbooks/', '../golden/broken-playbooks/'].flatMap((folder) => {
  const url = new URL(folder, import.meta.url);
  const names = readdirSync(url).filter((name) => name.endsWith('.yaml'));
  return names.map((name) => readFileSync(new URL(name, url)));
});

describe('whatever is in a playbook, there is a clear answer', { timeout: fuzzTimeout }, () => {
  test('any values', () =>
    fc.assert(
      fc.property(value, (content) => check(encoded(content))),
      { numRuns },
    ));

  test('any playbook', () =>
    fc.assert(
      fc.property(play, (content) => check(encoded(content))),
      { numRuns },
    ));

  test('any bytes', () => fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), check), { numRuns }));

  test('a playbook with some mistakes', () => fc.assert(fc.property(mutants(files), check), { numRuns }));
});
