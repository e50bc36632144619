import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/core/diagnostic-text.ts';

const at = { file: 'p.yaml', line: 3, column: 3 };

test('place, message, source line, caret, what to do', () => {
  const text = formatDiagnostic({
    severity: 'error',
    message: "unknown key 'x'",
    at,
    source: '- x: 1',
    length: 1,
    todo: 'remove it',
  });
  expect(text).toBe("p.yaml:3:3: error: unknown key 'x'\n  - x: 1\n    ^\n  remove it");
});

test('without a place only the message', () => {
  expect(formatDiagnostic({ severity: 'warning', message: 'm' })).toBe('warning: m');
});

test('control characters of a file never reach the terminal, and the caret stays below what it means', () => {
  const text = formatDiagnostic({
    severity: 'error',
    message: 'bad \u001b[2J',
    at,
    source: '\u001b\tx\u202e',
    length: 1,
  });
  expect(text).toBe('p.yaml:3:3: error: bad \\x1b[2J\n  \\x1b x\\u{202e}\n       ^');
});

test('a long line is cut to what surrounds the caret', () => {
  const source = `${'a'.repeat(5000)}X${'b'.repeat(5000)}`;
  const lines = formatDiagnostic({
    severity: 'error',
    message: 'm',
    at: { ...at, column: 5001 },
    source,
    length: 1,
  }).split('\n');
  expect(lines[1]?.length).toBeLessThan(130);
  expect(lines[1]?.charAt(lines[2]?.indexOf('^') ?? 0)).toBe('X');
});
