import type { RunEvent } from '../core/event.ts';
import type { HostLog } from '../core/host-log.ts';
import { type HostLogParts, hostLog } from '../hostlog/host-log.ts';
import { standaloneText, textOf } from '../transport/script-store.ts';

type Texts = Pick<HostLogParts, 'text' | 'standalone'>;
const PLAIN: Texts = { text: textOf, standalone: standaloneText };

/** The hosts' own journals of a run, behind what takes secrets out of events. */
export const hostJournals =
  (
    run: string,
    playbooks: readonly string[],
    { text, standalone }: Texts = PLAIN,
    accountsOf: HostLogParts['accountsOf'] = () => [],
    isRenamed = false,
  ) =>
  (clean: (event: RunEvent) => RunEvent): HostLog => {
    const at = new Date().toISOString();
    const started = { at, type: 'run.started', run, version: 1, mode: 'run', playbooks, hosts: [] } as const;
    return hostLog({ run, isRenamed, started, accountsOf, clean, standalone, text });
  };
