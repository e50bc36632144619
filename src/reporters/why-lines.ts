import type { Finding } from '../core/finding.ts';
import type { JsonObject } from '../core/json.ts';
import type { HostReport } from '../core/report.ts';
import type { AuditView } from './audit-lines.ts';
import { findingLine, onScreen } from './finding-lines.ts';
import { counted, oneLine, reasonLine } from './wording.ts';

/** The chain of evidence of one host: each finding from the container to who holds it, what it was concluded from, what to do. */
export function whyLines(report: HostReport, { style, columns }: Pick<AuditView, 'style' | 'columns'>): string[] {
  const { host, enforced, why, unseen, findings } = report;
  const lines = [
    `${oneLine(host)}: ${endOf(report)}`,
    ...(enforced === undefined ? [] : [`  enforced: ${enforced}${why === undefined ? '' : ` (${oneLine(why)})`}`]),
    ...unseen.map((what) => `  not seen: ${oneLine(what)}`),
    ...findings.flatMap((finding) => ['', ...chainOf(finding)]),
  ];
  return columns === undefined ? lines : onScreen(lines, columns, style);
}

/** How the look at it ended. */
function endOf({ status, reason, unseen, findings }: HostReport): string {
  if (status !== 'ok' && status !== 'changed')
    return reason === undefined ? status : `${status}: ${reasonLine(reason)}`;
  if (findings.length > 0) return `looked at, ${counted(findings.length, 'finding')}`;
  return unseen.length === 0 ? 'looked at, nothing found' : 'looked at, nothing found in what could be seen';
}

const INDENT = '  ';
/** Where the words begin behind `namespace`. */
const MARGIN = 'namespace'.length + 2;

function chainOf(finding: Finding): string[] {
  const { data = {}, evidence, remedy } = finding;
  const links = [...containerLink(data), ...listAt(data, 'mounts').flatMap(mountLinks), ...holderLink(data)];
  return [
    oneLine(findingLine(finding)),
    ...links.map(([what, text]) => INDENT + what.padEnd(MARGIN) + oneLine(text)),
    ...(evidence.length === 0 ? [] : [`${INDENT}concluded from:`]),
    ...evidence.map((line) => `${INDENT}${INDENT}· ${oneLine(line)}`),
    `${INDENT}→ ${oneLine(remedy)}`,
  ];
}

type Link = readonly [what: string, text: string];

function containerLink(data: JsonObject): Link[] {
  const { id, name, image, since } = mapAt(data, 'container');
  if (typeof id !== 'string') return [];
  return [
    ['container', `${name} ${id}, image ${image}${typeof since === 'string' ? `, not running since ${since}` : ''}`],
  ];
}

function mountLinks(mount: JsonObject): Link[] {
  const processes = listAt(mount, 'processes').map(({ pid, command }) => `pid ${pid} ${command}`);
  return [
    ['mount', `${mount.path}, device ${mount.device}`],
    ['namespace', `mnt:[${mount.namespace}] has it at ${mount.mountpoint}, ${mount.propagation}`],
    ...(processes.length === 0 ? [] : [['', `in it: ${processes.join(', ')}`] as const]),
  ];
}

function holderLink(data: JsonObject): Link[] {
  const { who, bind } = mapAt(data, 'holder');
  if (typeof who !== 'string') return [];
  const through = typeof bind === 'string' ? `, through its bind ${bind}` : '';
  return [['holder', `${who}${through}`]];
}

const isMap = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const mapAt = (data: JsonObject, key: string): JsonObject => {
  const value = data[key];
  return isMap(value) ? value : {};
};
const listAt = (data: JsonObject, key: string): readonly JsonObject[] => {
  const value = data[key];
  return Array.isArray(value) ? value.filter(isMap) : [];
};
