import { html, link } from './element.ts';

/** What stands around each view. */
export interface Frame {
  readonly elements: readonly HTMLElement[];
  readonly main: HTMLElement;
  readonly search: HTMLInputElement;
  /** Says which view is shown. */
  readonly mark: (href: string) => void;
}

const PLACES = [
  ['#/', 'Overview'],
  ['#/findings', 'Findings'],
  ['#/hosts', 'Hosts'],
  ['#/everything', 'Everything'],
] as const;

export function frame(): Frame {
  const main = html('main', { id: 'main', tabindex: -1 });
  const search = html('input', {
    type: 'search',
    placeholder: 'Search hosts',
    'aria-label': 'Search hosts',
    'aria-keyshortcuts': '/',
  });
  const skip = link('#main', 'Skip to content');
  skip.className = 'skip';
  // The address holds the view: it must not become #main.
  skip.addEventListener('click', (event) => {
    event.preventDefault();
    main.focus();
  });
  const links = PLACES.map(([href, name]) => link(href, name));
  const header = html(
    'header',
    {},
    html('span', { class: 'brand' }, 'unwedge'),
    html('nav', { 'aria-label': 'Report' }, ...links),
    html('search', {}, search, html('kbd', { 'aria-hidden': 'true' }, '/')),
    themeButton(),
  );
  const mark = (href: string): void => {
    for (const one of links) {
      if (one.getAttribute('href') === href) one.setAttribute('aria-current', 'page');
      else one.removeAttribute('aria-current');
    }
  };
  return { elements: [skip, header, main], main, search, mark };
}

/** As the machine has it, until somebody says otherwise. */
function themeButton(): HTMLElement {
  const root = document.documentElement;
  const isDark = (): boolean =>
    (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const button = html('button', { type: 'button', class: 'theme' }, 'Dark');
  const tell = (): void => button.setAttribute('aria-pressed', String(isDark()));
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    tell();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tell);
  tell();
  return button;
}
