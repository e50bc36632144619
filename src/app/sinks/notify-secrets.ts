import { InputError, inputError } from '../../core/diagnostic.ts';
import { readTrusted } from '../../local/trust.ts';
import { type SecretUrl, urlIn } from '../../notify/index.ts';
import type { NotifyFlags } from '../options.ts';

export interface Addresses {
  readonly webhook: SecretUrl | undefined;
  readonly ping: SecretUrl | undefined;
  /** Texts that must be shown nowhere. */
  readonly secrets: readonly string[];
}

/** @throws InputError that names the file and what is wrong with it */
export async function addressesIn({ webhookFile, pingFile }: NotifyFlags): Promise<Addresses> {
  const webhook = await addressIn('--webhook-file', webhookFile);
  const ping = await addressIn('--ping-file', pingFile);
  return { webhook, ping, secrets: [webhook, ping].flatMap((to) => (to === undefined ? [] : partsOf(to))) };
}

async function addressIn(flag: string, file: string | undefined): Promise<SecretUrl | undefined> {
  if (file === undefined) return undefined;
  try {
    return urlIn((await readTrusted(file)).toString('utf8'));
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw inputError(`${flag} ${file}: ${why}`, 'write the URL on the first line of a file that only you can read');
  }
}

/** Who knows what stands behind the name of the server knows enough. */
function partsOf({ url }: SecretUrl): readonly string[] {
  const { pathname, search } = new URL(url);
  return [url, ...(pathname.length > 8 ? [pathname.slice(1)] : []), ...(search.length > 8 ? [search.slice(1)] : [])];
}
