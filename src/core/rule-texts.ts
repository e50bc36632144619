/** Codes that begin with PB0 are about files, PB1 keys and values, PB2 names, PB3 expressions, PB4 what a run would do, PB5 hosts. */
export const RULES = {
  'unreadable-file': {
    code: 'PB001',
    title: 'a file that cannot be read',
    meaning:
      'The file is missing, is no regular file, is too large, or is no UTF-8 text. Files that are included are looked for beside the file that names them.',
  },
  'yaml-syntax': {
    code: 'PB002',
    title: 'not valid YAML',
    meaning: 'The text does not parse. The caret stands where the parser gave up; the cause is there or just above.',
  },
  'duplicate-key': {
    code: 'PB003',
    title: 'a key that is written twice',
    meaning: 'Only one of the two values would count, and nobody could tell which was meant. Remove one.',
  },
  'yaml-feature': {
    code: 'PB004',
    title: 'YAML that is not supported here',
    meaning:
      'Tags, a second document in one file, keys that are lists, aliases that blow up, and numbers that cannot be kept exactly are refused. Write a plain value.',
  },
  'unknown-key': {
    code: 'PB101',
    title: 'a key that does not exist',
    meaning:
      'Most often it is misspelt, or a key of Ansible that has another name here. Unknown keys are refused, because what they ask for would not happen.',
  },
  'missing-key': {
    code: 'PB102',
    title: 'a key that must be there',
    meaning: 'Add it. `unwedge steps NAME` tells the arguments of a step type.',
  },
  'wrong-type': {
    code: 'PB103',
    title: 'a value of the wrong type',
    meaning: 'As in YAML 1.2, `yes` and `"5"` are text; `true` and `5` are not.',
  },
  'bad-value': {
    code: 'PB104',
    title: 'a value that is not allowed',
    meaning: 'The type is right, the value is not: out of its range, not among the choices, not of the form.',
  },
  'unknown-step-type': {
    code: 'PB105',
    title: 'a step type that does not exist',
    meaning: 'It is misspelt, or a module of Ansible. `unwedge steps` lists all step types.',
  },
  'bad-shape': {
    code: 'PB106',
    title: 'a play, block or step of the wrong shape',
    meaning:
      'A playbook is a list of plays, a play has a list of steps, and a step is a map with exactly one step type.',
  },
  'misplaced-key': {
    code: 'PB107',
    title: 'a key in a place where it means nothing',
    meaning: 'The key exists, but not for this kind of entry, or not without another one.',
  },
  'bad-include': {
    code: 'PB108',
    title: 'an include that cannot be followed',
    meaning:
      'Which files are included is known before the run; a file can neither include itself nor have a computed name.',
  },
  'bad-plugin': {
    code: 'PB109',
    title: 'a plugin that cannot be used',
    meaning: 'The module does not load, exports no step type, or its step type has a name that is taken.',
  },
  'rollout-conflict': {
    code: 'PB110',
    title: 'rollout settings that contradict each other',
    meaning: 'One of two settings would have no effect. Remove one, or add what the other needs.',
  },
  'one-at-a-time': {
    code: 'PB111',
    title: 'a step that takes hosts away, in a play for several at once',
    meaning:
      'A reboot takes its host away. The play must take one host at a time and stop where one does not come back.',
  },
  'shrinking-batches': {
    code: 'PB112',
    title: 'a batch that is smaller than the one before it',
    meaning: 'Batches grow, so that a mistake is found on few hosts.',
  },
  'unknown-variable': {
    code: 'PB201',
    title: 'a variable that does not exist',
    meaning: 'Neither the play, nor its inputs, nor the inventory, nor `-e` sets it. Most often it is misspelt.',
  },
  'variable-not-on-host': {
    code: 'PB202',
    title: 'a variable that some of the hosts lack',
    meaning: 'The step would fail on these hosts. Give it a value in the group `all`, or choose other hosts.',
  },
  'templated-variable': {
    code: 'PB203',
    title: 'a variable whose value is a template',
    meaning:
      'Variables are constants: `{{ … }}` in them is not evaluated. Write the value, or the expression where it is used.',
  },
  'register-not-set': {
    code: 'PB204',
    title: 'a register that is read before it is set',
    meaning:
      'Steps read the registers of steps above them. Move the step that registers up. A step tagged `never` sets its register only where `--tags` names it.',
  },
  'register-maybe-not-set': {
    code: 'PB205',
    title: 'a register that may not be set',
    meaning:
      'A step that is skipped or that fails leaves no register, and one that reads it then fails. Begin its `when` with the same condition.',
  },
  'unknown-field': {
    code: 'PB206',
    title: 'a field that a register does not have',
    meaning: '`unwedge steps NAME` tells what a step type registers.',
  },
  'bad-name': {
    code: 'PB207',
    title: 'a name that cannot be used',
    meaning: 'Names are letters, digits and `_`; words of the expression language and names set by unwedge are taken.',
  },
  'hidden-name': {
    code: 'PB208',
    title: 'a name that hides another',
    meaning: 'Two things have one name, and readers would take one for the other. Rename one.',
  },
  'input-not-given': {
    code: 'PB209',
    title: 'an input without a value',
    meaning: 'It has no default. Give it with `-e`, or in the `inputs` of the include.',
  },
  'unknown-input': {
    code: 'PB210',
    title: 'an input that does not exist',
    meaning: 'Most often it is misspelt.',
  },
  'bad-input': {
    code: 'PB211',
    title: 'an input whose value does not fit its declaration',
    meaning: 'The value is not of the type, matches the pattern not, or is none of the choices.',
  },
  'bad-tag': {
    code: 'PB212',
    title: 'a word that cannot be a tag',
    meaning: 'Tags are letters, digits, `_` and `-`; `all`, `tagged` and `untagged` mean others on the command line.',
  },
  'field-never-filled': {
    code: 'PB213',
    title: 'a field of a register that never has a value',
    meaning:
      'A register holds what the look of its step has found, in a dry run and in a run alike: what `run` of a command prints is kept nowhere. Give the command a `check`; what that prints is its `stdout`.',
  },
  'expression-syntax': {
    code: 'PB301',
    title: 'an expression that does not parse',
    meaning: 'Expressions are CEL: `&&`, `||`, `!`, `==`; there are no filters and no `is defined`.',
  },
  'expression-type': {
    code: 'PB302',
    title: 'an expression of the wrong type',
    meaning: 'Convert one side with `int(…)`, `double(…)` or `string(…)`, or name a field of the register.',
  },
  'bad-template': {
    code: 'PB303',
    title: 'a `{{ … }}` that cannot be filled in',
    meaning: 'It is not closed, or its value is a list or map that has no place inside text.',
  },
  'templated-program': {
    code: 'PB304',
    title: 'a value inside a program',
    meaning: 'A value that is put into a program becomes program text, and runs. Pass it as an argument.',
  },
  'endless-until': {
    code: 'PB305',
    title: 'an `until` that never changes',
    meaning: "Nothing but the step's own result changes between two attempts: register it, and read it in `until`.",
  },
  'unknown-handler': {
    code: 'PB401',
    title: 'a notification of a handler that does not exist',
    meaning: 'Handlers are notified by their `name`, in the same play.',
  },
  'unused-handler': {
    code: 'PB402',
    title: 'a handler that nobody notifies',
    meaning: 'It never runs. Notify it, or remove it.',
  },
  'bad-handler': {
    code: 'PB403',
    title: 'a handler of the wrong form',
    meaning: 'A handler is a single step with a name of its own, without tags, that notifies no other.',
  },
  'never-runs': {
    code: 'PB404',
    title: 'a step that never runs',
    meaning:
      'Its condition is always false, or an assert above it always fails. Remove it, or mend what stands in its way.',
  },
  'undo-order': {
    code: 'PB405',
    title: 'a step that cannot be undone, before one that may fail',
    meaning:
      'The play rolls back on failure, and this step has no undo: where a step below it fails, what it did stays. Put it last, give it an undo, or do not promise a rollback.',
  },
  'not-root': {
    code: 'PB406',
    title: 'a step that only root can do, left to another user',
    meaning:
      'The step, or what it stands in, says `become: false`, and the inventory has another user than root log in. Told only where both are certain.',
  },
  'unknown-hosts': {
    code: 'PB501',
    title: 'hosts that the inventory does not have',
    meaning: "The play's `hosts` names no host or group of the inventory. A typo is never taken for no hosts.",
  },
  'bad-inventory': {
    code: 'PB502',
    title: 'an inventory that cannot be used',
    meaning: 'See docs/inventory.md for what is read of inventories, and where it differs from Ansible.',
  },
  'runs-here': {
    code: 'PB503',
    title: 'something that a run would execute on this machine',
    meaning:
      'Only `unwedge lint --untrusted` looks for it: a secret that is taken from a program, options of ssh, a host that is this machine. See docs/untrusted.md.',
  },
} as const satisfies Readonly<
  Record<string, { readonly code: string; readonly title: string; readonly meaning: string }>
>;
