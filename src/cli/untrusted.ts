import { type Diagnostic, InputError } from '../core/diagnostic.ts';
import type { Host } from '../core/inventory.ts';
import { ruleText } from '../core/rule.ts';
import { blameIn, perLine } from '../inventory/blame.ts';
import type { LoadedInventory } from '../inventory/inventory-builder.ts';
import type { RunProgram } from '../inventory/program-inventory.ts';
import type { Confine } from '../local/roots.ts';

/** Files that a command line names itself; their folders are the ones that belong to it. */
export const filesNamed = (
  playbooks: readonly string[],
  { inventory, extraVars = [] }: { readonly inventory: readonly string[]; readonly extraVars?: readonly string[] },
): readonly string[] => [
  ...playbooks,
  ...inventory.filter((source) => !source.includes(',')),
  ...extraVars.flatMap((option) => (option.trim().startsWith('@') ? option.trim().slice(1) : [])),
];

export const runNothing: RunProgram = () =>
  Promise.reject(
    new Error('it is a program, and lint --untrusted runs nothing; lint the hosts of it by -i host1,host2,'),
  );

/** A finding about a file outside of the given folders tells where it is, and nothing of what is written there. */
export function withOwnText(finding: Diagnostic, roots: Confine): Diagnostic {
  // Not a file, but what was given by a flag: `-e`, `-i`.
  const outside = finding.at?.file.startsWith('-') ? undefined : finding.at && roots(finding.at.file);
  if (finding.at === undefined || outside === undefined) return finding;
  const { severity, rule, at } = finding;
  const message = rule === undefined ? 'something is wrong here' : ruleText(rule).title;
  return {
    ...{ severity, at, message: `${message}; the text is not shown: ${outside}` },
    ...(rule === undefined ? {} : { rule }),
    todo: 'to see it, call this in the folder of that file',
  };
}

export const withOwnTexts = ({ diagnostics }: InputError, roots: Confine): InputError =>
  new InputError(diagnostics.map((finding) => withOwnText(finding, roots)));

/** Warnings of what a run would execute on the controller because the inventory says so. */
export function runsHere(inventory: LoadedInventory): readonly Diagnostic[] {
  return perLine(inventory.hosts.flatMap((host) => [...secretPrograms(host), ...ways(host, inventory)]));
}

/** Warnings of what was not read, so that nobody takes it for checked. */
export const passedOver = ({ sealed }: LoadedInventory): readonly Diagnostic[] =>
  sealed.map((file) => ({
    ...({ severity: 'warning', rule: 'bad-inventory' } as const),
    message:
      "this file is encrypted by Ansible's vault, and was not read; so its variables, and how hosts are reached, are not checked",
    at: { file, line: 1, column: 1 },
    todo: 'once somebody has read it, lint without --untrusted and with the vault password',
  }));

const TODO = 'let somebody who may change this machine look at it before it is run';

const secretPrograms = ({ name, secrets = [] }: Host): readonly Diagnostic[] =>
  secrets.flatMap(({ secret }) =>
    secret.from === 'command'
      ? [{ ...warning(`host ${name}: a run would execute ${secret.argv[0]} on this machine`), at: secret.at }]
      : [],
  );

const SSH_WORDS = ['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args'];

function ways({ name, vars }: Host, inventory: LoadedInventory): readonly Diagnostic[] {
  const blame = blameIn(inventory, name, {});
  const found = (variable: string, what: string): readonly Diagnostic[] =>
    blame(variable, `host ${name}: ${what}`, TODO).diagnostics.map((one) => ({
      ...one,
      ...({ severity: 'warning', rule: 'runs-here' } as const),
    }));
  const isLocal = /(^|\.)local$/.test(String(vars.ansible_connection));
  return [
    ...SSH_WORDS.filter((variable) => String(vars[variable] ?? '').trim() !== '').flatMap((variable) =>
      found(variable, `options of ssh (${variable}) can execute programs on this machine`),
    ),
    ...(isLocal ? found('ansible_connection', 'a run would execute its steps on this machine') : []),
  ];
}

const warning = (message: string): Diagnostic => ({ severity: 'warning', rule: 'runs-here', message, todo: TODO });
