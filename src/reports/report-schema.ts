import type { JsonObject } from '../core/json.ts';
import { SEVERITIES } from '../core/report.ts';
import { CHANGE_STATES, HOST_STATUSES, STOP_CAUSES } from './tally.ts';

const text = (description?: string): JsonObject => ({
  type: 'string',
  ...(description === undefined ? {} : { description }),
});
const texts = (description: string): JsonObject => ({ type: 'array', items: { type: 'string' }, description });
const oneOf = (values: readonly string[], description?: string): JsonObject => ({
  ...text(description),
  enum: [...values],
});
const time = (description: string): JsonObject => ({
  ...text(description),
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$',
});
const listOf = (name: string, description: string): JsonObject => ({
  type: 'array',
  items: { $ref: `#/definitions/${name}` },
  description,
});
const object = (required: readonly string[], properties: JsonObject, description?: string): JsonObject => ({
  type: 'object',
  required: [...required],
  properties,
  ...(description === undefined ? {} : { description }),
});

const told = {
  code: text('keeps its meaning for ever: UW001; unwedge explain UW001 tells all about it'),
  severity: oneOf(SEVERITIES),
  subject: text('what it is about: container victim (648fcdd4547a), unit ntpd.service, host'),
  message: text('one line: what is so on the host'),
};

const finding = object(['code', 'severity', 'subject', 'message', 'remedy', 'evidence'], {
  ...told,
  remedy: text('one line: what to do about it'),
  evidence: texts('a line each: what it was concluded from'),
  data: { type: 'object', description: 'the same for programs, where there is more than the lines say' },
});

const hostFinding = object(['host', 'code', 'severity', 'subject', 'message'], { host: text(), ...told });

const reason = object(['message'], { message: text('what went wrong and why'), todo: text('what to do') });

const change = object(['step', 'stepType', 'summary', 'risk', 'state'], {
  step: text('name of the step'),
  stepType: text(),
  summary: text('one line: what is or was to be done'),
  risk: oneOf(['none', 'container-restart', 'daemon-restart', 'reboot', 'data-loss']),
  down: texts('names of the containers that it stops and that have no restart policy: they stay down'),
  may: { type: 'boolean', description: 'a dry run cannot know whether a run will make it' },
  state: oneOf(CHANGE_STATES, 'planned: of a dry run, or not begun; applying, in-doubt: it may or may not be done'),
  reason: text('why it is in doubt, drifted, left, not undone or irreversible'),
});

const host = object(['host', 'status', 'unseen', 'findings', 'gone', 'changes'], {
  host: text('its name in the inventory'),
  groups: texts('of the inventory, but for all; left out where they are not known'),
  status: oneOf(HOST_STATUSES),
  reason: { $ref: '#/definitions/reason' },
  undoable: {
    type: 'integer',
    minimum: 0,
    description: 'how many changes of a run a rollback can take back; left out where it can all',
  },
  enforced: oneOf(['namespace', 'uid', 'none'], 'audits only: how the host was kept from being written to'),
  why: text('audits only: why it is not namespace'),
  unchecked: { const: true, description: 'no step of this run looked for stuck containers here' },
  unseen: texts('a line each: what could not be seen, and why'),
  findings: listOf('finding', 'as last looked at'),
  gone: listOf('finding', 'found by an earlier look and not by the last; in a check they are there still'),
  changes: listOf('change', 'in the order in which they were made'),
});

const diff = object(
  ['run', 'startedAt', 'appeared', 'went', 'stayed', 'unknown'],
  {
    run: text("the earlier report's"),
    startedAt: time("the earlier report's"),
    appeared: listOf('hostFinding', 'found now, and not then'),
    went: listOf('hostFinding', 'found then, and not now'),
    stayed: listOf('hostFinding', 'found then and now'),
    unknown: listOf('hostFinding', 'found then, on hosts that are not in this report or could not be looked at'),
  },
  'what has become of the findings of an earlier report',
);

/** What `--report FILE.json` writes. Within a version fields are only added. */
export const REPORT_SCHEMA: JsonObject = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'unwedge report',
  ...object(['version', 'kind', 'run', 'startedAt', 'playbooks', 'hosts'], {
    version: { const: 1 },
    kind: oneOf(['audit', 'check', 'run', 'rollback']),
    run: text("the run's id"),
    startedAt: time('ISO 8601, UTC'),
    finishedAt: time('left out where the run has no end: it was interrupted, or its controller died'),
    playbooks: texts('as they were named'),
    stopped: object(
      ['by', 'reason'],
      { by: oneOf(STOP_CAUSES), reason: { $ref: '#/definitions/reason' } },
      'what ended it before its last host',
    ),
    hosts: listOf('host', 'in the order of the run'),
    diff: { $ref: '#/definitions/diff' },
  }),
  definitions: { host, finding, hostFinding, reason, change, diff },
};
