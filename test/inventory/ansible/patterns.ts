/** What patterns are held against: `web` nests `api`; the names are made to confuse. */
export const INVENTORY = `lone
2001:db8::1
[web]
web2
web1
web10
[web:children]
api
[api]
api1
web2
[db]
db[1:3]
[staging]
web2
db2
api1
[empty]
[a.b]
x.example.com
y.example.com
z.example.org
[shop-eu]
shop-2
shop-1
shop-a
shop-b_c
[all]
first-of-all
`;

/** Patterns that select the same hosts here and there. */
export const PATTERNS: readonly string[] = [
  ...['all', '*', 'web', 'api', 'db1', 'ungrouped', 'a.b', '2001:db8::1', 'x.example.com'],
  ...[
    'web:db',
    'web,db',
    'db1,web1',
    'web:&staging',
    'web,&staging',
    'web:!staging',
    'web,!staging',
    '!web',
    '!web:!db',
  ],
  ...[
    '&staging',
    '!staging:web',
    '&staging:!db:web',
    'web:db:&staging:!db2',
    'all:!web:!db',

    ' web , db1 ',
  ],
  ...['web*', '*.example.com', 'web?', 'w[e]b1', 'web[!1]*', '*b*', '*.example.*,!x*', 'web*:&api', 's*'],
  ...['~web\\d+$', '~(web|db)2', '~.*\\.org$', '~a', 'db:~web1', '~^x|^y', 'web:&~.*1$'],
  ...[
    'web[0]',
    'web[-1]',
    'web[1:2]',
    'web[1:]',
    'web[0-1]',
    'db[0]',
    'db[-1]',
    'db[1:9]',
    'api[0]:db[-1]',
    'all[0]',
    'all[2:4]',
  ],
  ...['staging[1],!api', 'web[0:2]:&staging', 'a.b[1]', '*[0]', 'web*[0]', '!db[0]'],
  // A hyphen, and every other sign that means something to one of the two.
  ...['shop-*', 'shop-?', 'shop-[!ab]*', 'shop-[a-b]*', 's*-e?', 'shop-*:!shop-[ab]', 'shop-eu[0]', 'shop-*[-1]'],
  ...['shop[-]1', 'shop[!-]1,db1', 'shop-[2-1]*,db1', 'shop-[!2-1]', 'shop-[]1],db1', '*_*', '*.example.???'],
  // In another order than the file's.
  ...[
    'db:web',
    'shop-1,lone,api',
    'api:web',
    'all[1]',
    'all[-1]',
    'all[0:3]',
    'ungrouped[0]',
    '*:!lone',
    '&shop-eu:db:shop-eu',
  ],
];

/** Patterns that we refuse; what Ansible makes of them ends in a run on other hosts than were meant, or on none. */
export const REFUSED: Readonly<Record<string, string>> = {
  wbe: "no host or group is named 'wbe'",
  'web,typo': "no host or group is named 'typo'",
  'all:!stagign': "no host or group is named 'stagign'",
  'web:&stagign': "no host or group is named 'stagign'",
  empty: "the group 'empty' has no hosts",
  'web:!web': "no host matches 'web:!web'",
  ',': "the host pattern ',' is empty",
  'nothing*': "no host matches 'nothing*'",
  'web[9]': "'web[9]': there are only 4 hosts",
  'db[12]': "'db[12]': there are only 3 hosts",
  'web:!web2,': "no host or group is named 'web:!web2'",
  'shop-[3-9]*': "no host matches 'shop-[3-9]*'",
  'shop-[0-9]': "no host or group is named 'shop-'",
  'shop-[': "no host matches 'shop-['",
  localhost: "no host or group is named 'localhost'",
};

/** What the table of patterns in docs/inventory.md is held against; each of its patterns selects a host of it. */
export const DOCUMENTED_INVENTORY = `lone
[docker]
web-2
web-1
web-c
db-1
[staging]
web-2
lone
[canary]
db-1
web-1
`;
