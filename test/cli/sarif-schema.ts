const object = (required: readonly string[], properties: object) => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});
const text = { type: 'string', minLength: 1 };
const message = object(['text'], { text });
const list = (items: object) => ({ type: 'array', items });

const rule = object(['id'], {
  id: text,
  name: text,
  shortDescription: message,
  help: object(['text'], { text, markdown: text }),
  helpUri: { type: 'string', pattern: '^[a-z]+://[^ ]+$' },
});
const place = { type: 'integer', minimum: 1 };
const region = object([], { startLine: place, startColumn: place, endColumn: place });
const logical = object([], { name: text, fullyQualifiedName: text, kind: text });
const location = object([], {
  logicalLocations: list(logical),
  physicalLocation: object([], {
    // A URI reference: no blanks, no backslashes, nothing that is not ASCII.
    artifactLocation: object([], { uri: { type: 'string', pattern: "^[A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=%-]+$" } }),
    region,
  }),
});
const level = { enum: ['none', 'note', 'warning', 'error'] };
const result = object(['message'], {
  ruleId: text,
  ruleIndex: { type: 'integer', minimum: 0 },
  level,
  message,
  locations: list(location),
  partialFingerprints: { type: 'object', additionalProperties: text },
  baselineState: { enum: ['new', 'unchanged', 'updated', 'absent'] },
});
// RFC 3339, as it must be given.
const time = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' };
const notification = object(['message'], { level, message, locations: list(location) });
const invocation = object(['executionSuccessful'], {
  executionSuccessful: { type: 'boolean' },
  startTimeUtc: time,
  endTimeUtc: time,
  toolExecutionNotifications: list(notification),
});
const driver = object(['name'], { name: text, version: text, rules: { ...list(rule), uniqueItems: true } });

/** The parts of SARIF 2.1.0 (sarif-schema-2.1.0.json of OASIS) that lint and reports write; nothing else may stand there. */
export const SARIF_SCHEMA = object(['version', 'runs'], {
  $schema: text,
  version: { const: '2.1.0' },
  runs: list(
    object(['tool'], {
      tool: object(['driver'], { driver }),
      automationDetails: object([], { id: text }),
      invocations: list(invocation),
      columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
      results: list(result),
    }),
  ),
});
