import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import type { Report } from '../../src/core/report.ts';
import { diffReports, type FormatOptions, formatOf, formatted, type ReportFormat } from '../../src/reports/index.ts';
import { REPORT_SCHEMA } from '../../src/reports/report-schema.ts';
import { SARIF_SCHEMA } from '../cli/sarif-schema.ts';
import { audit, fleet, hostile, hostReport, interrupted, report, run } from './sample-reports.ts';

const options: FormatOptions = {
  version: '1.2.3',
  texts: Object.fromEntries(
    ['UW001', 'UW301'].map((code) => [
      code,
      { title: `title of ${code}`, meaning: 'meaning', todo: ['do'], sources: [] },
    ]),
  ),
};

/** An audit held against one of the day before: web-1 was worse, db-1 could be reached, web-9 has gone from the inventory. */
function compared(): Report {
  const now = audit();
  const [web1] = now.hosts;
  const findings = web1?.findings ?? [];
  const old = [...findings.map((finding) => ({ ...finding, subject: 'container other (1234)' })), ...findings.slice(1)];
  const before = report(
    [hostReport('web-1', { findings: old }), hostReport('db-1', { findings }), hostReport('web-9', { findings })],
    { run: '20240531T030000Z-aaaa', startedAt: '2024-05-31T03:00:00.000Z' },
  );
  return { ...now, diff: diffReports(before, now) };
}

const samples: Readonly<Record<string, () => Report>> = { audit, run, interrupted, hostile, compared };
const ENDINGS: Readonly<Record<ReportFormat, string>> = {
  html: 'html',
  ...{ json: 'json', markdown: 'md', csv: 'csv', junit: 'xml', sarif: 'sarif', prometheus: 'prom' },
};
const formats = (Object.keys(ENDINGS) as ReportFormat[]).filter(
  (format) => format !== 'prometheus' && format !== 'html',
);
const cases = formats.flatMap((format) => Object.keys(samples).map((name) => [name, format] as const));
const textOf = (name: string, format: ReportFormat): Promise<string> =>
  formatted(format, (samples[name] ?? (() => fleet(1000)))(), options);

test.each(cases)('%s as %s is what the golden file holds', async (name, format) => {
  await expect(await textOf(name, format)).toMatchFileSnapshot(`../golden/report-${name}.${ENDINGS[format]}`);
});

test.each(formats)('no host can steer a terminal by a report in %s, nor forge a line of it', async (format) => {
  expect(await textOf('hostile', format)).not.toMatch(
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/,
  );
});

test.each(formats)('1,000 hosts in %s: a file that people can send', async (format) => {
  const text = await textOf('fleet', format);
  expect(Buffer.byteLength(text)).toBeLessThan({ markdown: 3000 }[format as string] ?? 2_000_000);
});

test('a file says by its name in which format it is', () => {
  for (const [format, ending] of Object.entries(ENDINGS))
    expect(formatOf(`/tmp/R.${ending.toUpperCase()}`)).toBe(format);
  expect(formatOf('report.txt')).toBeUndefined();
});

describe('json', () => {
  const validate = new Ajv({ allErrors: true, strict: true }).compile(closed(REPORT_SCHEMA));

  test.each(Object.keys(samples))('%s fits the schema, in which nothing is left out', async (name) => {
    const parsed: unknown = JSON.parse(await textOf(name, 'json'));
    expect(validate(parsed) ? [] : validate.errors).toEqual([]);
    expect(parsed).toEqual(JSON.parse(JSON.stringify(samples[name]?.())));
  });
});

describe('csv', () => {
  test('has a row for each finding, and one for a host without any', async () => {
    const [head = [], ...rows] = parseCsv(await textOf('audit', 'csv'));
    const column = (name: string) => rows.map((row) => row[head.indexOf(name)]);
    expect(column('host')).toEqual(['web-1', 'web-1', 'web-2', 'web-2', 'web-3', 'db-1', 'kube-1']);
    expect(column('code')).toEqual(['UW001', 'UW301', 'UW001', 'UW301', '', '', 'UW313']);
  });

  test('of any text every row has all columns, and no cell is a formula', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('=', '+', '-', '@', '\t=', ' =', ''),
        async (text, begin) => {
          const [finding] = audit().hosts[0]?.findings ?? [];
          if (finding === undefined) throw new Error('the audit has a finding');
          const one = { ...finding, message: begin + text, subject: `x;${begin}${text}` };
          const rows = parseCsv(
            await formatted('csv', report([hostReport(begin + text, { findings: [one] })]), options),
          );
          expect(rows.map((row) => row.length)).toEqual([14, 14]);
          for (const cell of rows.flat()) expect(cell).not.toMatch(/(^|;)\s*[=+\-@]/);
        },
      ),
    );
  });
});

describe('markdown', () => {
  test('a host can bring in no markup: all that it says stands in code spans', async () => {
    for (const line of (await textOf('hostile', 'markdown')).split('\n')) {
      const outside = line.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
      expect(outside).not.toMatch(/script|evil|@team|`/);
    }
  });

  test('what is the same on many hosts is told once', async () => {
    const text = await textOf('fleet', 'markdown');
    expect(text.match(/\*\*UW001 critical\*\*/g)).toHaveLength(1);
    expect(text).toContain('143 hosts: `web-1`, `web-8`');
  });
});

describe.skipIf(spawnSync('xmllint', ['--version']).error !== undefined)('junit', () => {
  const xsd = join(import.meta.dirname, 'junit.xsd');
  const errorsOf = (xml: string) => {
    const { status, stderr } = spawnSync('xmllint', ['--noout', '--schema', xsd, '-'], {
      input: xml,
      encoding: 'utf8',
    });
    return status === 0 ? '' : stderr;
  };

  test.each([...Object.keys(samples), 'fleet'])('%s is valid by the schema', async (name) => {
    expect(errorsOf(await textOf(name, 'junit'))).toBe('');
  });

  test('the schema sees what is wrong', async () => {
    expect(errorsOf((await textOf('audit', 'junit')).replace('<failure ', '<oops '))).toContain('oops');
  });

  test('any text is well-formed XML', async () => {
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 30 }), 300);
    const hosts = [...texts, '\ud800', 'a\udc00b', '\ufffe\uffff', ']]>'].map((text) =>
      hostReport(text, { reason: { message: text } }),
    );
    expect(errorsOf(await formatted('junit', report(hosts), options))).toBe('');
  });

  test('from which severity on a finding is a failure is to be chosen', async () => {
    const failures = async (failOn: 'critical' | 'warning' | 'info') =>
      (await formatted('junit', audit(), { ...options, failOn })).match(/<failure /g)?.length;
    expect([await failures('critical'), await failures('warning'), await failures('info')]).toEqual([2, 4, 5]);
  });
});

describe('sarif', () => {
  const validate = new Ajv({ allErrors: true, strict: true }).compile(SARIF_SCHEMA);
  const fingerprints = async (name: string): Promise<readonly string[]> => {
    const { runs } = JSON.parse(await textOf(name, 'sarif'));
    return runs[0].results.map((result: JsonObject) => Object(result.partialFingerprints)['unwedgeFinding/v1']);
  };

  test.each([...Object.keys(samples), 'fleet'])('%s is valid by the schema', async (name) => {
    expect(validate(JSON.parse(await textOf(name, 'sarif'))) ? [] : validate.errors).toEqual([]);
  });

  test('a finding has the same fingerprint in every report, and no other has it', async () => {
    const all = await fingerprints('fleet');
    expect(new Set(all).size).toBe(all.length);
    expect((await fingerprints('compared')).slice(0, 5)).toEqual(await fingerprints('audit'));
  });
});

/** The same schema, in which an object has no other properties than those it names. */
function closed<T>(schema: T): T {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed) as T;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return (typeof inner.properties === 'object' ? { ...inner, additionalProperties: false } : inner) as T;
}

/** RFC 4180, read as it is written there. */
function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let row: string[] = [];
  let end = 0;
  for (const [all, quoted, plain = '', separator] of text.matchAll(cell)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (separator === '\r\n') rows.push(row);
    if (separator === '\r\n') row = [];
    end += all.length;
  }
  expect(end).toBe(text.length);
  return rows;
}
