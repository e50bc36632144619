import { SHORTEST_SECRET } from '../core/secret.ts';

/** The texts by which a secret may be found: itself, quoted for a shell, JSON or a URL, in base64 at any offset of a longer text. */
export function formsOf(secret: string): readonly string[] {
  if (secret.length < SHORTEST_SECRET) return [];
  return [secret, ...quotedForms(secret), ...base64Forms(secret)];
}

const quotedForms = (secret: string): readonly string[] => [
  secret.replaceAll("'", `'\\''`),
  secret.replaceAll("'", `'"'"'`),
  secret.replace(/[\\"$`]/g, '\\$&'),
  secret.replace(/[^A-Za-z0-9_/.,:@%+=-]/g, '\\$&'),
  JSON.stringify(secret).slice(1, -1),
  // Half of a surrogate pair has no form in a URL.
  encodeURIComponent(Buffer.from(secret, 'utf8').toString('utf8')),
];

/** Base64, the alphabet for URLs too, of the secret alone, and the characters that depend on it alone where it begins 0, 1 or 2 bytes into a group. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const inner = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6)),
  );
  const forms = [bytes.toString('base64'), ...inner];
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}
