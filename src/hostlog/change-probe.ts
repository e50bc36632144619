import { complete } from '../core/complete.ts';
import { probeScript } from '../core/host-script.ts';
import { records } from '../core/records.ts';
import type { ReadOnlySession } from '../core/session.ts';
import { hostWord } from './host-word.ts';
import { isCode } from './log.ts';

/** What a host knows of a change that was sent to it. */
export type ChangeOnHost =
  /** It never came: nothing was done. */
  | { readonly kind: 'none' }
  /** Its script still runs: ask again. */
  | { readonly kind: 'running'; readonly pid: number }
  /** Its script was begun and ended without a word (power cut, kill): it may be done, or half done. */
  | { readonly kind: 'cut' }
  /** Its script's exit code, to be read as a step reads it: 0 done, LEFT and DRIFTED nothing was done. */
  | { readonly kind: 'ended'; readonly code: number }
  /** It is taken back. */
  | { readonly kind: 'undone' };

const script = probeScript('hostlog/probe.sh');

/** Asks a host what became of one change of a run. @throws StepError where it does not tell; SessionError */
export async function changeOnHost(session: ReadOnlySession, run: string, seq: number): Promise<ChangeOnHost> {
  const look = await session.probe(script, [run, hostWord(session), String(seq)]);
  const stdout = complete(look, "the host's journal could not be read", 'run as root, or with -b');
  return parseChangeOnHost(stdout);
}

/** What probe.sh prints. */
export function parseChangeOnHost(stdout: string): ChangeOnHost {
  const [[kind, number = ''] = []] = records(stdout);
  switch (kind) {
    case 'none':
    case 'undone':
      return { kind };
    case 'running':
      return { kind, pid: Number(number) };
    case 'ended':
      return isCode(number) ? { kind, code: Number(number) } : { kind: 'cut' };
    default:
      return { kind: 'cut' };
  }
}
