import { post, type SecretUrl } from './http.ts';
import { type Patience, untilTaken } from './retries.ts';

const PATIENCE: Patience = { attempts: 3, within: 20_000 };

type With = Parameters<typeof untilTaken>[2];

/**
 * Tells a dead man's switch, as healthchecks.io has it (healthchecks.io/docs/http_api): `/start` when a run begins, `/0` or another exit
 * code when it has ended. @param rid a UUID that is the run's in all its pings @throws NotTaken
 */
export function ping(base: SecretUrl, what: 'start' | number, rid: string, text: string, by: With): Promise<void> {
  const to = pingUrl(base, what, rid);
  return untilTaken((left) => post(to, 'text/plain; charset=utf-8', text, left), PATIENCE, by);
}

/** `https://hc-ping.com/UUID/start?rid=…`; what the address has behind a `?` stays. */
export function pingUrl({ url }: SecretUrl, what: 'start' | number, rid: string): SecretUrl {
  const to = new URL(url);
  to.pathname = `${to.pathname.replace(/\/$/, '')}/${what}`;
  to.searchParams.set('rid', rid);
  return { url: to.href };
}
