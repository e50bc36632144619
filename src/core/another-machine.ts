import { SessionError } from './session.ts';

/** Why nothing is done on a host. `why`: what is different there. */
export const anotherMachine = (host: string, why: string): SessionError =>
  new SessionError(
    'another-machine',
    `this is not the machine that ${host} was: ${why}; nothing was done`,
    whatToDo(host),
  );

/** The same, where the journal that the host must have of a run is not there. */
export const journalMissing = (host: string): SessionError =>
  new SessionError(
    'another-machine',
    'the host has no journal of this run (/var/lib/unwedge/runs): it is another machine, or has lost it; nothing was done',
    whatToDo(host),
  );

/** Why the changes of such a host are not undone: the host's own reason says more. */
export const NOT_TRIED = 'not tried';

/** Nothing more is tried there. */
export const isAnotherMachine = (error: unknown): boolean =>
  error instanceof SessionError && error.failure === 'another-machine';

const whatToDo = (host: string): string =>
  `the address may lead to another machine, or the host was reinstalled: look at it; if it is the right one: --force-host ${host}`;
