import type { Change } from '../core/change.ts';
import { probeScript } from '../core/host-script.ts';
import { type JsonObjectNode, JsonSyntaxError, parseJsonText } from '../core/json-text.ts';
import type { ReadOnlySession } from '../core/session.ts';
import { type Dockerd, flagsOf } from './dockerd.ts';
import { wrongTypes } from './option-types.ts';
import { isSince } from './version.ts';

const options = probeScript('docker/unknown-options.sh');
const validate = probeScript('docker/validate-config.sh');

export interface ConfigFile {
  readonly path: string;
  readonly base64: string;
}

/** Why dockerd would exit at its next start because of this file, as far as that can be told without starting it. */
export async function faultOf(host: ReadOnlySession, file: ConfigFile, dockerd: Dockerd): Promise<string | undefined> {
  const keys = optionsIn(file, dockerd.version);
  if (typeof keys === 'string') return `${file.path} is not valid: ${keys}`;
  if (keys.length === 0) return undefined;
  if (dockerd.program === undefined) return undefined;
  return (await unknownOption(host, file, keys, dockerd.program)) ?? refusedByDockerd(host, file, dockerd.program);
}

/** Since 23.0 dockerd takes an empty file and a byte order mark, and tells itself of wrong types (--validate). */
const isBefore23 = (version: string | undefined): boolean => version !== undefined && !isSince(version, 23, 0);

/** dockerd of this version does not start with such a file, though it sets nothing. */
export const isEmptyAndFatal = ({ base64 }: Pick<ConfigFile, 'base64'>, version: string | undefined): boolean =>
  isBefore23(version) && Buffer.from(base64, 'base64').toString('utf8').trim() === '';

/** The options that the file sets; or why it is not valid for this dockerd. */
function optionsIn({ base64 }: ConfigFile, version: string | undefined): readonly string[] | string {
  if (isEmptyAndFatal({ base64 }, version))
    return `it is empty, and dockerd ${version} does not start with an empty file`;
  const { text, mark } = decoded(Buffer.from(base64, 'base64'));
  if (mark !== undefined && isBefore23(version)) {
    return `it begins with a byte order mark (${mark}), and dockerd ${version} does not start with one`;
  }
  if (text.trim() === '') return [];
  try {
    const root = parseJsonText(text);
    if (root.kind !== 'object') return text.trim() === 'null' ? [] : 'not a JSON object';
    const wrong = isBefore23(version) ? wrongTypes(root, text) : [];
    return wrong.length > 0 ? wrong.join('; ') : root.members.map(({ key }) => key);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
}

/** As dockerd since 23.0 reads it: editors on Windows write such marks. */
export function decoded(bytes: Buffer): { readonly text: string; readonly mark: string | undefined } {
  const marks = [
    { mark: 'UTF-8', start: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
    { mark: 'UTF-16LE', start: [0xff, 0xfe], encoding: 'utf-16le' },
    { mark: 'UTF-16BE', start: [0xfe, 0xff], encoding: 'utf-16be' },
  ];
  const found = marks.find(({ start }) => start.every((byte, at) => bytes[at] === byte));
  if (!found) return { text: bytes.toString('utf8'), mark: undefined };
  return { text: new TextDecoder(found.encoding).decode(bytes), mark: found.mark };
}

/** "the following directives are specified both as a flag and in the configuration file", with these words of the next start. */
export function givenTwice(file: ConfigFile, args: readonly string[], version: string | undefined): string | undefined {
  const keys = optionsIn(file, version);
  if (typeof keys === 'string') return undefined;
  const given = flagsOf(args);
  const twice = keys.filter((key) => given.has(key));
  return twice.length === 0 ? undefined : `${file.path} sets what dockerd is also given as a flag: ${twice.join(', ')}`;
}

/** "the following directives don't match any configuration option" */
async function unknownOption(
  host: ReadOnlySession,
  file: ConfigFile,
  keys: readonly string[],
  program: string,
): Promise<string | undefined> {
  // Daemons before 1.10 read no such file at all.
  const { code, stdout } = await host.probe(options, [program, 'config-file', ...keys]);
  const unknown = stdout.split('\n').filter((key) => key !== '');
  if (code !== 0 || unknown.length === 0) return undefined;
  if (unknown[0] === 'config-file') return `${program} is older than docker 1.10: it reads no ${file.path}`;
  return `${file.path} has an option that ${program} does not know: ${unknown.join(', ')}`;
}

async function refusedByDockerd(host: ReadOnlySession, file: ConfigFile, program: string): Promise<string | undefined> {
  const { code, stderr } = await host.probe(validate, [program, file.base64]);
  return code === 1 ? `dockerd refuses ${file.path}: ${stderr.trim().replaceAll('/dev/stdin', file.path)}` : undefined;
}

/** Its name in daemon.json and as a flag. */
export const LIVE_RESTORE = 'live-restore';

/** What a valid daemon.json says of it; undefined: nothing. */
export function liveRestoreIn(text: string): boolean | undefined {
  if (text.trim() === '') return undefined;
  const root = parseJsonText(text);
  const members: JsonObjectNode['members'] = root.kind === 'object' ? root.members : [];
  const value = members.findLast(({ key }) => key === LIVE_RESTORE)?.value;
  return value && text.slice(value.start, value.end) === 'true';
}

/** The files that pending changes would leave with live-restore on. */
export function pendingLiveRestoreIn(pending: readonly Change[]): string[] {
  const texts = new Map(pending.flatMap(({ diff }) => (diff?.path.endsWith('.json') ? [[diff.path, diff.after]] : [])));
  return [...texts].flatMap(([path, text]) => (liveRestoreIn(text) ? [path] : []));
}
