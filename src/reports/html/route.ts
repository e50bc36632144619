import { ANY, filtersBy, type Query, SORTS } from './query.ts';

/** What the page shows, by the part of its address behind the #. */
export type Route =
  | { readonly view: 'overview' | 'findings' | 'everything' }
  | { readonly view: 'hosts'; readonly query: Query }
  | { readonly view: 'host' | 'finding'; readonly name: string };

/** `#/host/web-1`, `#/hosts?code=UW001&page=2`, `#/finding/UW001`, `#/everything`; all else is the overview. */
export function routeOf(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const [view, name = ''] = path.split(/\/(.*)/s);
  switch (view) {
    case 'findings':
    case 'everything':
      return { view };
    case 'hosts':
      return { view, query: queryIn(new URLSearchParams(search)) };
    case 'host':
    case 'finding':
      return { view, name: decoded(name) };
    default:
      return { view: 'overview' };
  }
}

/** `routeOf` reads it back. */
export function hashOf(route: Route): string {
  switch (route.view) {
    case 'overview':
      return '#/';
    case 'findings':
    case 'everything':
      return `#/${route.view}`;
    case 'host':
    case 'finding':
      // A half of a character can't be in an address.
      return `#/${route.view}/${encodeURIComponent(route.name.replace(/\p{Surrogate}/gu, '\ufffd'))}`;
    case 'hosts': {
      const all = Object.entries(route.query).map(([key, value]): [string, string] => [key, String(value)]);
      const said = all.filter(([key, value]) => value !== String(ANY[key as keyof Query]));
      return said.length === 0 ? '#/hosts' : `#/hosts?${new URLSearchParams(said)}`;
    }
    default:
      return route satisfies never;
  }
}

export const hostAt = (name: string): string => hashOf({ view: 'host', name });
export const findingAt = (name: string): string => hashOf({ view: 'finding', name });

/** The address of the hosts that a chart or a row is about. */
export const hostsWith = (query: Partial<Query>): string => hashOf({ view: 'hosts', query: { ...ANY, ...query } });

function queryIn(search: URLSearchParams): Query {
  const text = (key: string): string => search.get(key) ?? '';
  const page = Number(text('page'));
  return {
    ...filtersBy(text),
    q: text('q'),
    sort: SORTS.find((sort) => sort === text('sort')) ?? ANY.sort,
    order: text('order') === 'down' ? 'down' : 'up',
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // Somebody typed a lone %: it is then the name as it stands.
  }
}
