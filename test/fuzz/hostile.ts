/** Files that somebody might hand over by mistake or malice: what each is, and its bytes. */
export type HostileFile = readonly [name: string, bytes: Uint8Array];

const MIB = 1024 * 1024;
const steps = '- hosts: all\n  steps:\n';
const play = (step: string): string => `${steps}    - ${step}\n`;
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const lines = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => line(n)).join('\n');

/** Each anchor ten times the one before it. */
const laughs = (depth: number): string =>
  lines(
    depth,
    (n) =>
      `a${n}: &a${n} [${
        n === 0
          ? 'lol'
          : Array(10)
              .fill(`*a${n - 1}`)
              .join(', ')
      }]`,
  );

const yamlTraps = {
  'yes and no': '[yes, no, on, off, y, n, Yes, NO, True, FALSE, ~, Null]',
  'octal numbers': '[0644, 0o644, 0b11, 0x1F, 00, 08, 1_000, +1, -0]',
  'sexagesimal numbers': '[12:30:00, 1:20, 190:20:30, 12:30]',
  dates: '[2001-12-14, 2001-12-14t21:59:43.10-05:00, 2001-12-14 21:59:43]',
  'numbers without end': '[.inf, -.Inf, .nan, 1e999, -1e999, 1e-999, 99999999999999999999]',
  versions: '[1.10, 3.0, 1e3, 012e3]',
  'the country Norway': '{NO: no, yes: 1, 1: 2, null: 3, 1.5: 4, true: 5}',
};

const TEXTS: Readonly<Record<string, string>> = {
  nothing: '',
  'white space': ' \n\t\n  \n',
  'a comment': '# nothing here\n',
  'only a document mark': '---\n...\n',
  'a billion laughs': laughs(12),
  'a billion laughs in a play': `- hosts: all\n  vars:\n${laughs(12).replace(/^/gm, '    ')}\n  steps: [*a11]\n`,
  'a long text a hundred thousand times': `a: &a ${'x'.repeat(400_000)}\nb: [${Array(100_000).fill('*a').join(',')}]\n`,
  'a long text a hundred thousand times in a play': `- hosts: all\n  vars:\n    a: &a ${'x'.repeat(400_000)}\n    b: [${Array(100_000).fill('*a').join(',')}]\n  steps: [{scan: {}}]\n`,
  'an alias of itself': 'a: &a [*a]\n',
  'aliases in a chain': lines(3_000, (n) => (n === 0 ? 'a0: &a0 [x]' : `a${n}: &a${n} [*a${n - 1}]`)),
  'merges in a chain': lines(2_000, (n) => (n === 0 ? 'a0: &a0 {k0: 1}' : `a${n}: &a${n} {<<: *a${n - 1}, k${n}: 1}`)),
  'a merge of a hundred thousand': `a: &a {x: 1}\nb: {<<: [${Array(100_000).fill('*a').join(',')}]}\n`,
  'a merge of itself': 'a: &a {<<: *a, b: 1}\n',
  'a merge of text': 'a: {<<: text, <<: 1}\n',
  'lists in lists': '['.repeat(100_000),
  'lists in lists, closed': '['.repeat(5_000) + ']'.repeat(5_000),
  'maps in maps': '{a: '.repeat(50_000),
  dashes: '- '.repeat(50_000),
  questions: '? '.repeat(50_000),
  'steps in steps': lines(200, (n) => `${'  '.repeat(n)}- block:`),
  indentation: lines(1_000, (n) => `${' '.repeat(n)}a:`),
  tabs: '- hosts: all\n\tsteps:\n\t- scan: {}\n',
  'a tab behind a colon': 'all:\n\thosts:\n\t\ta:\n',
  'a byte order mark': `\ufeff${play('scan: {}')}`,
  'a byte order mark in the midst': play('scan: {}').replace('steps', '\ufeffsteps'),
  CRLF: play('scan: {}').replaceAll('\n', '\r\n'),
  'CR only': play('scan: {}').replaceAll('\n', '\r'),
  'line ends of all kinds': `${play('scan: {}')}\r\n\u2028\u2029\u0085\v\f`,
  'a NUL': `${play('scan: {}')}\0`,
  NULs: '\0'.repeat(1000),
  'control characters': play('name: "\x1b[2J\x07\x9b"\n      scan: {}'),
  'control characters, escaped': play('name: "\\e[2J\\a\\0"\n      scn: {}'),
  'text that runs backwards': play('name: "\u202e\u2066abc"\n      sc\u200ban: {}'),
  'half a character, escaped': play('name: "\\uD800"\n      scan: {}'),
  'duplicate keys': '- hosts: all\n  hosts: all\n  steps: []\n  steps: []\n',
  'twenty thousand duplicate keys in one line': `{${'a: 1, '.repeat(20_000)}}`,
  'twenty thousand duplicate keys': 'a: 1\n'.repeat(20_000),
  'ten thousand unknown keys': `- hosts: all\n${lines(10_000, (n) => `  k${n}: 1`)}\n`,
  'ten thousand unknown steps': `${steps}${'    - scn: {}\n'.repeat(10_000)}`,
  'ten thousand unknown steps in one line': `[{hosts: all, steps: [${'{scn: {}},'.repeat(10_000)}]}]`,
  'ten thousand broken expressions': `[{hosts: all, steps: [${'{scan: {}, when: "a b"},'.repeat(10_000)}]}]`,
  'the prototype':
    '- hosts: all\n  __proto__: {polluted: 1}\n  constructor: {prototype: {polluted: 1}}\n  steps: [{__proto__: {}, scan: {}}]\n',
  'the prototype in an inventory':
    'all: {hosts: {__proto__: {polluted: 1}, constructor: ~}, vars: {__proto__: {a: 1}, toString: x}}\n',
  'a tag that runs code': play('!!python/object/apply:os.system [id]'),
  'a tag of JavaScript': play('scan: !!js/function "function () {}"'),
  binary: play('scan: !!binary R0lGODlhDAAMAIQAAP'),
  'an include': '- !include /etc/passwd\n',
  'a directive': '%YAML 9.9\n%TAG ! tag:x,2000:\n---\na: 1\n',
  'two documents': `${play('scan: {}')}---\n${play('scan: {}')}`,
  'twenty thousand documents': '---\na\n'.repeat(20_000),
  'a key of a list': '? [a, b]\n: c\n',
  'a key of a mebibyte': `${'k'.repeat(MIB - 10)}: 1\n`,
  'a line of a mebibyte': `- hosts: ${'h'.repeat(MIB - 100)}\n  steps: [{scn: {}}]\n`,
  'an unknown step of a mebibyte': play(`${'s'.repeat(MIB - 100)}: {}`),
  'a condition of a mebibyte': play(`scan: {}\n      when: ${'a+'.repeat(500_000)}a`),
  'a condition of parentheses': play(`scan: {}\n      when: ${'('.repeat(20_000)}true${')'.repeat(20_000)}`),
  'a condition of nots': play(`scan: {}\n      when: "${'!'.repeat(100_000)}true"`),
  'a condition of brackets': play(`scan: {}\n      when: "${'['.repeat(50_000)}"`),
  'ten thousand templates': play(`command: {run: "true", args: ["${'{{ a }}'.repeat(10_000)}"]}`),
  'a template that never ends': play(`command: {run: "true", args: ["${'{{'.repeat(100_000)}"]}`),
  'a template in strings': play(`command: {run: "true", args: ["{{ ${`'`.repeat(100_000)}"]}`),
  'a pattern that takes for ever': `- hosts: all\n  inputs: {a: {type: string, pattern: "(a+)+b", default: ${'a'.repeat(60)}}}\n  steps: [{scan: {}}]\n`,
  'hosts that take for ever': `- hosts: "~(${'h+'.repeat(20)})+$"\n  steps: [{scan: {}}]\n`,
  'hosts of stars': `- hosts: "${'*a'.repeat(50)}b"\n  steps: [{scan: {}}]\n`,
  'hosts of commas': `- hosts: "${','.repeat(100_000)}"\n  steps: [{scan: {}}]\n`,
  'a hundred thousand tags': `- hosts: all\n  tags: [${lines(100_000, (n) => `t${n},`)}]\n  steps: [{scan: {}}]\n`,
  Jinja: '{% for h in hosts %}\n{{ h }}\n{% endfor %}\n',
  'a shell program': '#!/bin/sh\nrm -rf "$1"\n',
  HTML: '<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n',
  'JSON that is cut off': '[{"hosts": "all", "steps": [{"scan"',
  'a vault': '$ANSIBLE_VAULT;1.1;AES256\n6162\n',
  'a vault in a value': 'all: {vars: {a: !vault "$ANSIBLE_VAULT;1.1;AES256\\n6162"}}\n',
  'ranges without end': 'all: {hosts: {"h[0:99999999999]": ~, "h[a:zzzz]": ~, "h[1:1000][1:1000][1:1000]": ~}}\n',
  'ranges without end, INI': '[a]\nh[0:99999999999]\nh[1:1000][1:1000][1:1000]\nh[1:2:0]\n',
  'children in a circle': 'all: {children: {a: {children: {b: {children: {a: ~}}}}}}\n',
  'Python in INI': `h a="${'['.repeat(50_000)}" b="${'('.repeat(50_000)}" c="{'a':${"{'a':".repeat(20_000)}"\n`,
  'quotes in INI': `h a='${'"'.repeat(50_001)}\n[x:vars]\ny='${`\\'`.repeat(50_000)}\n`,
  'a section of a mebibyte': `[${'s'.repeat(MIB - 100)}]\nh\n`,
  'twenty thousand sections': lines(20_000, (n) => `[s${n}]\nh${n}`),
  'twenty thousand broken lines': '[x:y]\n'.repeat(20_000),
};

const traps: HostileFile[] = Object.entries(yamlTraps).flatMap(([name, value]): HostileFile[] => [
  [
    `${name} in a playbook`,
    text(
      `- hosts: all\n  vars: {a: ${value}}\n  steps:\n    - command: {run: "true", args: ${value}}\n      retries: ${value}\n`,
    ),
  ],
  [
    `${name} in an inventory`,
    text(`all: {hosts: {h: {a: ${value}}}, vars: {ansible_port: ${value}, ansible_become: ${value}}}\n`),
  ],
]);

const BYTES: readonly HostileFile[] = [
  ['bytes that are not UTF-8', Uint8Array.of(0x2d, 0x20, 0xff, 0xfe, 0xc0, 0x80)],
  ['a surrogate as UTF-8', Uint8Array.of(0x61, 0x3a, 0xed, 0xa0, 0x80)],
  ['half a character', Uint8Array.of(0x61, 0x3a, 0x20, 0xe2, 0x82)],
  ['UTF-16', new Uint8Array(Buffer.from(`\ufeff${play('scan: {}')}`, 'utf16le'))],
  ['all bytes', Uint8Array.from({ length: 256 }, (_, n) => n)],
  ['a program', new Uint8Array(Buffer.from('\x7fELF\x02\x01\x01\0\0\0', 'latin1'))],
  ['ten megabytes of letters', new Uint8Array(10 * MIB).fill(0x61)],
  ['ten megabytes of lines', text('a: 1\n'.repeat(2 * MIB))],
  ['ten megabytes of brackets', new Uint8Array(10 * MIB).fill(0x5b)],
];

export const hostileFiles: readonly HostileFile[] = [
  ...Object.entries(TEXTS).map(([name, content]): HostileFile => [name, text(content)]),
  ...traps,
  ...BYTES,
];
