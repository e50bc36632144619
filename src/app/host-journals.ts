import type { RunEvent } from '../core/event.ts';
import type { HostLog } from '../core/host-log.ts';
import { type HostLogParts, hostLog } from '../hostlog/host-log.ts';
import { standaloneText, textOf } from '../transport/script-store.ts';

/** Whose journals they are. */
export interface HostJournalsOf {
  /** The run that they are named for: of one that goes on, the first; of a rollback, what it takes back. */
  readonly run: string;
  readonly playbooks: readonly string[];
  readonly accountsOf?: HostLogParts['accountsOf'];
  /** Hosts may have other names today than in the run. */
  readonly isRenamed?: boolean;
}

type Texts = Pick<HostLogParts, 'text' | 'standalone'>;
const PLAIN: Texts = { text: textOf, standalone: standaloneText };

/** The hosts' own journals of a run. `clean`: takes secrets out of events. */
export function hostJournals(
  { run, playbooks, accountsOf = () => [], isRenamed = false }: HostJournalsOf,
  clean: (event: RunEvent) => RunEvent,
  { text, standalone }: Texts = PLAIN,
): HostLog {
  const at = new Date().toISOString();
  const started = { at, type: 'run.started', run, version: 1, mode: 'run', playbooks, hosts: [] } as const;
  return hostLog({ run, isRenamed, started, accountsOf, clean, standalone, text });
}
