import type { HostFinding } from '../../../core/report.ts';
import { hostAt } from '../route.ts';
import { counted } from '../words.ts';
import { type Child, html, link } from './element.ts';
import type { Page } from './page.ts';
import { codeLink } from './signs.ts';

/** Lines of each list; a diff of all that a fleet has is no news. */
const SHOWN = 200;

/** What has become of findings since the report that this one is held against; nothing where there is none. */
export function since({ report: { diff } }: Page): Child {
  if (diff === undefined) return undefined;
  const { appeared, went, stayed, unknown } = diff;
  return html(
    'section',
    {},
    html('h2', {}, `Since ${diff.startedAt.slice(0, 16).replace('T', ' ')} UTC`),
    html(
      'p',
      { class: 'facts' },
      'Held against ',
      html('code', {}, diff.run),
      `: ${counted(stayed.length, 'finding')} stayed.`,
    ),
    list('appeared', appeared, true),
    list('went', went, true),
    list('not known, as the host could not be looked at', unknown, false),
  );
}

function list(what: string, findings: readonly HostFinding[], isOpen: boolean): Child {
  const left = findings.length - SHOWN;
  const title = `${findings.length.toLocaleString('en')} ${what}`;
  if (findings.length === 0) return html('p', { class: 'quiet' }, title);
  return html(
    'details',
    { open: isOpen && findings.length <= SHOWN },
    html('summary', {}, title),
    html('ul', { class: 'since' }, ...findings.slice(0, SHOWN).map(line)),
    left > 0 ? html('p', { class: 'quiet' }, `and ${counted(left, 'more finding')}`) : undefined,
  );
}

const line = ({ host, code, severity, message }: HostFinding): HTMLElement =>
  html('li', {}, link(hostAt(host), host), ' ', codeLink(code, severity), ' ', message);
