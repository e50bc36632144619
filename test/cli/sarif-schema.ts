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
  help: message,
  helpUri: { type: 'string', pattern: '^[a-z]+://[^ ]+$' },
});
const place = { type: 'integer', minimum: 1 };
const region = object([], { startLine: place, startColumn: place, endColumn: place });
const location = object([], {
  physicalLocation: object([], {
    // A URI reference: no blanks, no backslashes, nothing that is not ASCII.
    artifactLocation: object([], { uri: { type: 'string', pattern: "^[A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=%-]+$" } }),
    region,
  }),
});
const result = object(['message'], {
  ruleId: text,
  ruleIndex: { type: 'integer', minimum: 0 },
  level: { enum: ['none', 'note', 'warning', 'error'] },
  message,
  locations: list(location),
});
const driver = object(['name'], { name: text, version: text, rules: { ...list(rule), uniqueItems: true } });

/** The parts of SARIF 2.1.0 (sarif-schema-2.1.0.json of OASIS) that lint writes; nothing else may stand there. */
export const SARIF_SCHEMA = object(['version', 'runs'], {
  $schema: text,
  version: { const: '2.1.0' },
  runs: list(
    object(['tool'], {
      tool: object(['driver'], { driver }),
      columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
      results: list(result),
    }),
  ),
});
