import { causeText } from '../core/cause-text.ts';
import { inputError } from '../core/diagnostic.ts';
import type { Json } from '../core/json.ts';
import type { Report } from '../core/report.ts';
import { readLocal } from '../local/read-file.ts';
import { validatorOf } from '../playbook/validator.ts';
import { REPORT_SCHEMA } from '../reports/index.ts';

/** Bytes; a report of 10,000 hosts in trouble has about 20 MiB. */
const LARGEST = 256 * 1024 * 1024;
const ANEW = 'unwedge audit -i INVENTORY --report FILE.json writes one';

/** An audit's report, as `--report FILE.json` has written it. @throws InputError for anything else */
export async function readAudit(path: string): Promise<Report> {
  const json = jsonOf(await textOf(path), path);
  const { version, kind } = Object(json) as { readonly version?: unknown; readonly kind?: unknown };
  if (typeof version === 'number' && version > 1)
    throw inputError(`${path} is a report of version ${version}; this unwedge reads version 1`, 'use a newer unwedge');
  const fits = validatorOf(REPORT_SCHEMA);
  if (fits(json) !== true) throw noReport(path, wordsFor(fits.errors ?? []));
  if (kind !== 'audit') throw inputError(`${path} is the report of a ${kind}, not of an audit`, ANEW);
  // The schema says that it is one.
  return json as unknown as Report;
}

async function textOf(path: string): Promise<string> {
  try {
    return (await readLocal(path, { maxBytes: LARGEST })).toString('utf8');
  } catch (cause) {
    throw inputError(`the report ${path} can't be read: ${causeText(cause)}`, ANEW);
  }
}

function jsonOf(text: string, path: string): Json {
  if (text.trim() === '') throw noReport(path, 'it is empty');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw noReport(path, causeText(cause));
  }
}

const noReport = (path: string, why: string) => inputError(`${path} is no report: ${why}`, ANEW);

const wordsFor = (errors: readonly { readonly instancePath: string; readonly message?: string }[]): string =>
  errors
    .slice(0, 3)
    .map(({ instancePath, message = 'is wrong' }) => `${instancePath || '/'} ${message}`)
    .join('; ');
