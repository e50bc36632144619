import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HostScript } from '../core/host-script.ts';

/** The package's src/: two levels above both src/transport/ and the bundle's dist/cli/. */
const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));
const texts = new Map<string, Promise<string>>();

/** A host script's text with the prelude that gives it its arguments. Read once per process. */
export async function scriptText(script: HostScript): Promise<string> {
  const [prelude, text] = await Promise.all([preludeLine(), textOf(script.path)]);
  // In the place of #!/bin/sh, so that the shell's messages name the file's own line numbers.
  return text.startsWith('#!') ? text.replace(/^.*/, () => prelude) : `${prelude}\n${text}`;
}

const AGENT = ['job', 'lock', 'waiting', 'agent'].map((name) => `transport/${name}.sh`);

/** What runs on a host for a session, without its comments. */
export const agentText = async (): Promise<string> => (await Promise.all(AGENT.map(ownText))).join('');
export const guardText = (): Promise<string> => ownText('transport/guard.sh');

const preludeLine = async (): Promise<string> =>
  (await ownText('transport/arguments.sh')).trimEnd().replaceAll('\n', ' ');

const ownText = async (path: string): Promise<string> => withoutComments(await textOf(path));

const withoutComments = (text: string): string => text.replace(/^\s*(#.*)?\n/gm, '');

function textOf(path: string): Promise<string> {
  const text = texts.get(path) ?? readFile(resolve(SOURCES, path), 'utf8');
  texts.set(path, text);
  return text;
}
