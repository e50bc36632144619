import type { EventOf } from './event.ts';
import type { Finding, Severity } from './finding.ts';

/** What a look at a host has found out, and whether a later look found it no more. */
export interface Found {
  readonly finding: Finding;
  gone: boolean;
}

/** What the looks of a run tell, host by host: a fold of `step.planned`. */
export class Findings {
  readonly #byHost = new Map<string, Map<string, Found>>();

  /** @returns what this look found first, and what it found no more. Steps that do not look tell nothing. */
  add({ host, findings, tells }: EventOf<'step.planned'>): { readonly news: Finding[]; readonly gone: Finding[] } {
    if (findings === undefined) return { news: [], gone: [] };
    const known = this.#byHost.get(host) ?? new Map<string, Found>();
    this.#byHost.set(host, known);
    const seen = keyed(findings);
    const news = [...seen].filter(([key]) => known.get(key)?.gone !== false);
    const isTold = ({ finding }: Found) => tells?.some((begin) => finding.code.startsWith(begin)) ?? true;
    const gone = [...known].filter(([key, found]) => !found.gone && isTold(found) && !seen.has(key));
    for (const [key, finding] of seen) known.set(key, { finding, gone: false });
    for (const [, found] of gone) found.gone = true;
    return { news: news.map(([, finding]) => finding), gone: gone.map(([, { finding }]) => finding) };
  }

  /** Those that are gone, or those that are not; of one severity, if one is given. */
  byHost({ gone, severity }: Pick<Found, 'gone'> & { severity?: Severity }): ReadonlyMap<string, readonly Finding[]> {
    const hosts = [...this.#byHost].map(([host, known]) => {
      const some = [...known.values()].filter((found) => found.gone === gone).map(({ finding }) => finding);
      return [host, some.filter((finding) => severity === undefined || finding.severity === severity)] as const;
    });
    return new Map(hosts.filter(([, kept]) => kept.length > 0));
  }
}

/** By code and subject: its words may change from look to look. The second of the same is another one. */
function keyed(findings: readonly Finding[]): Map<string, Finding> {
  const times = new Map<string, number>();
  return new Map(
    findings.map((finding) => {
      const key = JSON.stringify([finding.code, finding.subject]);
      const nth = (times.get(key) ?? 0) + 1;
      times.set(key, nth);
      return [`${key} ${nth}`, finding];
    }),
  );
}
