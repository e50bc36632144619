import { NotTaken } from './retries.ts';

/** Milliseconds for one request. */
const ONE = 10_000;

/** An address that nobody may see: it lets anyone who knows it send. */
export interface SecretUrl {
  readonly url: string;
}

/**
 * The address in a file's text: its first line. @throws Error that says what is wrong with it, without telling it
 */
export function urlIn(text: string): SecretUrl {
  const url = text.split('\n', 1)[0]?.trim() ?? '';
  if (!URL.canParse(url)) throw new Error('its first line is no URL');
  const { protocol } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') throw new Error('its URL is neither https nor http');
  return { url };
}

/**
 * Posts a text. Certificates are verified; a redirect is followed nowhere, for what is sent is meant for this address alone.
 * @param left milliseconds @throws NotTaken without the address
 */
export async function post({ url }: SecretUrl, type: string, body: string, left: number): Promise<void> {
  const status = await statusOf(url, type, body, left);
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 400)
    throw new NotTaken(`it answers with a redirect (${status}), which is not followed: give the final URL`, true);
  throw new NotTaken(`it answers ${status}`, !mayPass(status));
}

/** Too early, too many, or its own fault. */
const mayPass = (status: number): boolean => status >= 500 || status === 408 || status === 425 || status === 429;

async function statusOf(url: string, type: string, body: string, left: number): Promise<number> {
  const signal = AbortSignal.timeout(Math.max(1, Math.min(ONE, left)));
  const headers = { 'content-type': type, 'user-agent': 'unwedge' };
  try {
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    await response.body?.cancel();
    return response.status;
  } catch (cause) {
    // What fetch says may name the address: of its error only the code is told.
    throw new NotTaken(signal.aborted ? 'no answer in time' : `no answer: ${codeOf(cause)}`, false);
  }
}

function codeOf(error: unknown): string {
  for (let one = error; one instanceof Error; one = one.cause)
    if ('code' in one && typeof one.code === 'string') return one.code;
  return 'the request failed';
}
