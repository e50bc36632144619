import type { EventOf, RunEvent } from '../core/event.ts';
import { type BundleFile, sha256Of } from './manifest.ts';

/** A script as it was sent, and whether its text is in the bundle. */
export interface SentScript {
  readonly path: string;
  readonly sha256: string;
  /** The file of the bundle that holds its text; or why none does. */
  readonly file?: string;
  readonly missing?: string;
}

/** Each script that a run has sent, once, by its path; one that has changed between two parts of the run is told twice. */
export function scriptsSent(events: readonly RunEvent[]): readonly Pick<SentScript, 'path' | 'sha256'>[] {
  const sent = events.filter((event): event is EventOf<'script.sent'> => event.type === 'script.sent');
  const all = new Map(sent.map(({ path, sha256 }) => [`${path} ${sha256}`, { path, sha256 }]));
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, script]) => script);
}

/** The texts of those that are still what they were. `textOf` rejects where there is no such file any more. */
export async function scriptFiles(
  sent: readonly Pick<SentScript, 'path' | 'sha256'>[],
  textOf: (path: string) => Promise<string>,
): Promise<{ readonly scripts: readonly SentScript[]; readonly files: readonly BundleFile[] }> {
  const scripts: SentScript[] = [];
  const files: BundleFile[] = [];
  for (const script of sent) {
    const text = await textOf(script.path).catch(() => undefined);
    const missing = text === undefined ? 'it is not there any more' : 'it is another one now';
    if (text === undefined || sha256Of(text) !== script.sha256) scripts.push({ ...script, missing });
    else {
      const file = nameOf(script);
      scripts.push({ ...script, file });
      files.push({ name: file, bytes: new TextEncoder().encode(text) });
    }
  }
  return { scripts, files };
}

/** A plugin's lies anywhere. */
const nameOf = ({ path, sha256 }: Pick<SentScript, 'path' | 'sha256'>): string =>
  /^[a-z]\w*(\/[\w-]+)*\.sh$/.test(path) ? `scripts/${path}` : `scripts/elsewhere/${sha256}.sh`;
