import { codesOf, STANDINGS, STATUSES, tally } from '../fleet.ts';
import { findingAt, hostsWith } from '../route.ts';
import { ENFORCED_WORDS, HOLDER_KINDS, STANDING_WORDS, STATE_WORDS, statusWord } from '../words.ts';
import { bars, type Part, strip } from './charts.ts';
import { type Child, html } from './element.ts';
import type { Page } from './page.ts';

const OUTCOMES = 'Hosts by outcome';
const STANDING = 'Hosts by the worst that is found there';

/** Each host once: by what was done to it, or by what is found there. */
export const headChart = (page: Page): Child =>
  acts(page) ? strip(OUTCOMES, outcomes(page)) : strip(STANDING, standing(page));

/** The other ones; none of what there is nothing of. */
export const charts = (page: Page): Child[] => [
  acts(page) ? bars(STANDING, standing(page), 'host') : bars(OUTCOMES, outcomes(page), 'host'),
  bars('Hosts by finding', codes(page), 'host'),
  bars('Hosts by who holds mounts of stuck containers', holders(page), 'host'),
  bars('What kept the audit from writing', enforcement(page), 'host'),
  bars('Changes by what became of them', changes(page), 'change'),
];

const acts = ({ report: { kind } }: Page): boolean => kind === 'run' || kind === 'rollback';

const standing = ({ fleet }: Page): Part[] =>
  STANDINGS.map((wanted) => ({
    label: STANDING_WORDS[wanted].word.toLowerCase(),
    count: fleet.filter((host) => host.standing === wanted).length,
    tone: STANDING_WORDS[wanted].tone,
    href: hostsWith({ standing: wanted }),
  }));

const outcomes = ({ report: { kind, hosts } }: Page): Part[] =>
  STATUSES.map((status) => {
    const { word, tone } = statusWord(status, kind);
    const count = hosts.filter((host) => host.status === status).length;
    return { label: word, count, tone, href: hostsWith({ status }) };
  });

const codes = ({ fleet, texts }: Page): Part[] =>
  codesOf(fleet).map(({ code, severity, hosts }) => ({
    label: [html('b', {}, code), ` ${texts[code]?.title ?? ''}`],
    count: hosts.length,
    tone: STANDING_WORDS[severity].tone,
    href: findingAt(code),
  }));

const holders = ({ fleet }: Page): Part[] =>
  tally(fleet.flatMap((host) => [...new Set(host.holders.map(({ kind }) => kind))])).map(([kind, count]) => ({
    ...{ label: HOLDER_KINDS[kind] ?? kind, count, href: hostsWith({ holder: kind }) },
    tone: STANDING_WORDS.critical.tone,
  }));

const enforcement = ({ report: { hosts } }: Page): Part[] =>
  tally(hosts.flatMap(({ enforced }) => enforced ?? [])).map(([level, count]) => {
    const { word, tone, meaning } = ENFORCED_WORDS[level];
    return { label: [html('b', {}, word), `: ${meaning}`], count, tone, href: hostsWith({ enforced: level }) };
  });

const changes = ({ report: { hosts } }: Page): Part[] =>
  tally(hosts.flatMap((host) => host.changes.map(({ state }) => state))).map(([state, count]) => {
    const { word, tone } = STATE_WORDS[state];
    return { label: word, count, tone, href: hostsWith({ state }) };
  });
