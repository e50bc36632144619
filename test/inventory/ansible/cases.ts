/** An inventory that is held against the real ansible-inventory. */
export interface Case {
  readonly name: string;
  /** Path to text; a text that begins with #! becomes a program. */
  readonly files: Readonly<Record<string, string>>;
  /** `-i`; `hosts` where left out. */
  readonly sources?: readonly string[];
  /** The playbook's folder. */
  readonly playbook?: string;
  /** Where we differ on purpose: the row of the table in docs/inventory.md, and what we say. */
  readonly differs?:
    | { readonly row: string; readonly refused: string }
    | { readonly row: string; readonly listed: object };
}

const program = (list: object, hosts: object = {}): string =>
  `#!/bin/sh\ncase $1 in --list) cat <<'E'\n${JSON.stringify(list)}\nE\n;; --host) case $2 in\n${Object.entries(hosts)
    .map(([name, vars]) => `${name}) echo '${JSON.stringify(vars)}' ;;\n`)
    .join('')}esac ;; esac\n`;

const ini: Case[] = [
  { name: 'ini: hosts without a group', files: { hosts: 'b\na\nc # comment\n; comment\n' } },
  {
    name: 'ini: ranges',
    files: { hosts: '[web]\nweb[01:10:3].x\nw[1:3]-[a:c]\nn[8:11]\n[db]\ndb-[a:f:2]\ndb-[A:C]\nz[:2]\np[001:003]\n' },
  },
  {
    name: 'ini: ports and IPv6',
    files: { hosts: 'a:2222\nb.example.com:22 x=1\n[::1]:22\n[2001:db8::1]:2222 y=1\n2001:db8::2\n192.0.2.1:23\n' },
  },
  {
    name: 'ini: ranges with ports',
    files: { hosts: 'w[1:3]:2222 a=1\n[db[1:2].example.com]:22\n[a:c].x:23\n[host]:24\nz[0:10:5]y[a:b]:25\n' },
  },
  {
    name: 'ini: odd literals',
    files: {
      hosts:
        "h\n[all:vars]\ne=f'x'\ng=[1,2,]\ni={'a':1,'a':2}\nj={}\nk=()\nl='a'b'c'\nn='\\u20ac\\U0001F600'\no=1__0\np=_1\nq=1_\nr=0b1_1\ns=+5\nt=--5\nu=True and False\nv=(1,\nw=[[[]]]\nx={'a':{'b':[True,None]}}\ny=rb'x'\nz=B\"y\"\naa=1.e5\nab=1e-2\nac=-1.5\nad=-0\nae=0.0\naf=None\nag={None: 1, 1.5: 2, 'x': 3}\nah='a' 'b' \\\nai=\"it's\"\naj=''''''\nak='\\x4'\nal='\\q'\nam=00_0\nan=0xG\nao=0_7\nap=[1 , 2 ] # c\naq=10L\n",
    },
  },
  {
    name: 'ini: literals on a host line',
    files: {
      hosts:
        'h a=1 b=True c=true d=None e=0644 f=1.5 g=1e3 h="two words" i=yes j=no k=a=b l= m=\'\' n=0x1F o=-3 p=1_000 q=0o17 r=.5 s=00 t=01 u=1. v=FALSE w=null\n',
    },
  },
  {
    name: 'ini: quotes on a host line',
    sources: ['hosts.ini'],
    files: {
      'hosts.ini': `h a='"1"' b="'1'" c='[1, 2]' d="{'x': 1}" e='(1, 2)' f="a\\"b" g='a\\b' h=a\\ b i="a#b" j='x # y' k="1 2" l="'a' 'b'" m="1,2" n="'a\\tb'"\n`,
    },
  },
  { name: 'ini: a comment behind a host', files: { hosts: 'h a=1 # b=2\ng a=x#y b=2\n' } },
  {
    name: 'ini: literals in vars',
    files: {
      hosts: `[g]\nh\n[g:vars]\na=1\nb = True\nc = text # kept\nd = 8080 # dropped\ne = "quoted"\nf = 'single'\ng = {'x': (1, 2), 'y': None}\nh = [1, "two", 3.5]\ni =\nj = a=b\nk = no\nl = 0644\nm = "a" "b"\nn = -1\no = u'x'\np = {1: 'a'}\nq = "with \\"escapes\\" \\x41 \\u00e9 \\101"\nr = r'\\d+'\ns = '''triple'''\nt = 'x' # comment\nu = # only a comment\nv = ["a", # inside\nw = 1 + 2\nx = b'bytes'\ny = - 3\nz = (1)\n`,
    },
  },
  {
    name: 'ini: white space',
    files: { hosts: '\t[g]\n   h1   a=1\t\tb=2\n\n  [g:vars]  \n  x  =  1  \n   y=two words  \n\th2\t=\tno\n' },
  },
  { name: 'ini: CRLF', files: { hosts: '[g]\r\nh1 a=1\r\n\r\n[g:vars]\r\nx=1\r\n' } },
  {
    name: 'ini: children before they are declared',
    files: { hosts: '[p:children]\nc\n[c]\nh\n[c:vars]\nx=c\n[p:vars]\nx=p\ny=p\n' },
  },
  {
    name: 'ini: children of children',
    files: {
      hosts:
        '[a]\nh1\n[b:children]\na\n[c:children]\nb\n[d:children]\nc\na\n[a:vars]\nx=a\n[b:vars]\nx=b\ny=b\n[c:vars]\ny=c\nz=c\n[d:vars]\nz=d\nw=d\n',
    },
  },
  {
    name: 'ini: a host in several groups, several times',
    files: { hosts: '[a]\nh x=1 y=1\n[b]\nh x=2 z=2\nh z=3\n[a:vars]\nv=a\nw=a\n[b:vars]\nv=b\n' },
  },
  {
    name: 'ini: a group declared twice',
    files: { hosts: '[a]\nh1\n[b]\nh2\n[a]\nh3\n[a:vars]\nx=1\n[a:vars]\nx=2\ny=2\n' },
  },
  {
    name: 'ini: all and ungrouped',
    files: { hosts: 'h1\n[all:vars]\nx=all\n[ungrouped:vars]\nx=ungrouped\ny=1\n[g]\nh2\n' },
  },
  { name: 'ini: all with children', files: { hosts: '[all:children]\nb\na\n[a]\nh1\n[b]\nh2\n[all]\nh3\n' } },
  { name: 'ini: the section kind hosts', files: { hosts: '[g:hosts]\nh1\n[g:vars]\na=1\n' } },
  { name: 'ini: a group that is empty', files: { hosts: '[g]\n[p:children]\ng\ne\n[e]\n[f]\nh\n' } },
  { name: 'ini: a group and a host of one name', files: { hosts: '[web]\nweb\nh\n[web:vars]\nx=1\n' } },
  { name: 'ini: names with dots and dashes', files: { hosts: '[my-group.x]\nh_1\n[my-group.x:vars]\na-b=1\n' } },
  { name: 'ini: not ASCII', files: { hosts: '[größe]\nhöst name="日本"\n[größe:vars]\nwort=äöü\n' } },
  { name: 'ini: another ending', files: { 'hosts.cfg': '[g]\nh a=1\n' }, sources: ['hosts.cfg'] },
  { name: 'ini: in a file named .ini', files: { 'hosts.ini': '[g]\nh a=1\n' }, sources: ['hosts.ini'] },
  {
    name: 'ini: a comment behind a section',
    files: { hosts: '[g] # the group\nh\n[g:vars]# x\na=1\n[p:children]\ng # child\n' },
  },
  {
    name: 'ini: connection variables',
    files: {
      hosts:
        'h ansible_host=192.0.2.7 ansible_port=2222 ansible_user=ops ansible_become=yes ansible_ssh_common_args="-J jump -o X=y"\n',
    },
  },
  { name: 'ini: jinja', files: { hosts: "h a='{{ b }}' b='x {{ c }} y'\n[all:vars]\nc = {{ inventory_hostname }}\n" } },
];

const precedence: Case[] = [
  {
    name: 'precedence: by name at one depth',
    files: { hosts: '[b]\nh\n[a]\nh\n[Z]\nh\n[a:vars]\nx=a\ny=a\n[b:vars]\nx=b\n[Z:vars]\nx=Z\ny=Z\nz=Z\n' },
  },
  {
    name: 'precedence: by depth',
    files: { hosts: '[z]\nh\n[a]\nh\n[p:children]\na\n[a:vars]\nx=a\n[z:vars]\nx=z\n[p:vars]\nx=p\n' },
  },
  {
    name: 'precedence: by priority',
    files: {
      hosts:
        '[a]\nh\n[b]\nh\n[c]\nh\n[a:vars]\nx=a\nansible_group_priority=10\n[b:vars]\nx=b\nansible_group_priority = 5\n[c:vars]\nx=c\ny=c\n',
    },
  },
  {
    name: 'precedence: depth before priority',
    files: { hosts: '[a]\nh\n[p:children]\na\n[p:vars]\nx=p\nansible_group_priority=100\n[a:vars]\nx=a\n' },
  },
  {
    name: 'precedence: a priority in group_vars is a variable',
    files: {
      hosts: '[a]\nh\n[b]\nh\n[a:vars]\nx=a\n[b:vars]\nx=b\n',
      'group_vars/a.yml': 'ansible_group_priority: 10\n',
    },
  },
  { name: 'precedence: a priority on a host', files: { hosts: 'h ansible_group_priority=3\n' } },
  {
    name: 'precedence: every place',
    files: {
      'inv/hosts':
        '[p:children]\ng\n[g]\nh a7=host a8=host a9=host\n[all:vars]\n' +
        [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `a${n}=all\n`).join('') +
        '[p:vars]\na2=p\na3=p\n[g:vars]\n' +
        [3, 4, 5, 6, 7, 8, 9].map((n) => `a${n}=g\n`).join(''),
      'inv/group_vars/all.yml': 'a2: gv-all\na4: gv-all\na5: gv-all\na6: gv-all\n',
      'inv/group_vars/p.yml': 'a5: gv-p\na6: gv-p\n',
      'inv/group_vars/g.yml': 'a6: gv-g\na7: gv-g\n',
      'inv/host_vars/h.yml': 'a8: hv\na9: hv\n',
      'play/group_vars/all.yml': 'a4: play-all\na5: play-all\na6: play-all\n',
      'play/group_vars/g.yml': 'a7: play-g\n',
      'play/host_vars/h.yml': 'a9: play-hv\n',
    },
    sources: ['inv/hosts'],
    playbook: 'play',
  },
  {
    name: 'precedence: group_vars/all hides a group of the inventory',
    files: { hosts: '[g]\nh\n[g:vars]\nx=inventory\n', 'group_vars/all': 'x: group_vars\n' },
  },
  {
    name: 'precedence: files of the playbook',
    files: {
      'i/hosts': '[g]\nh\n',
      'i/group_vars/g.yml': 'x: inventory\n',
      'p/group_vars/all.yml': 'x: play-all\ny: play-all\n',
      'p/group_vars/g.yml': 'z: play-g\n',
    },
    sources: ['i/hosts'],
    playbook: 'p',
  },
  {
    name: 'precedence: values are replaced, not merged',
    files: { hosts: '[g]\nh\n', 'group_vars/all.yml': 'm: {a: 1, b: 2}\n', 'group_vars/g.yml': 'm: {b: 3}\n' },
  },
  {
    name: 'precedence: several sources',
    files: {
      'one/hosts': '[g]\nh x=1 y=1\n[g:vars]\na=1\nb=1\n',
      'two/hosts': '[g]\nh x=2\nk\n[g:vars]\na=2\n',
      'one/group_vars/g': 'c: 1\nd: 1\n',
      'two/group_vars/g': 'c: 2\n',
    },
    sources: ['one/hosts', 'two/hosts', 'l1,l2,'],
  },
];

const yaml: Case[] = [
  {
    name: 'yaml: all of it',
    files: {
      'hosts.yaml': `all:
  hosts: { mail: }
  vars: { level: all, only: all }
  children:
    web:
      hosts:
        web[1:3]: { level: host }
        web9:
      children:
        api: { hosts: { api1: , web9: }, vars: { level: api } }
      vars: { level: web }
    db:
      hosts: { 'db1:2222': { ansible_user: root } }
`,
    },
    sources: ['hosts.yaml'],
  },
  {
    name: 'yaml: traps of YAML 1.1',
    files: {
      'hosts.yml': `g: { hosts: { h: { a: no, b: 0644, c: "0644", d: 12:30, e: 1_000, f: 0x1F, g: ~, h: yes, i: 'no', j: 1e3, k: 1.0e+3, l: 0o17, m: .5, n: on, o: N, p: "on", q: 08, r: 0b11, s: +1, t: '', u: null, v: 12:30:45 } } }\n`,
    },
    sources: ['hosts.yml'],
  },
  { name: 'yaml: no ending', files: { hosts: 'all:\n  hosts:\n    h: {a: 1}\n' } },
  {
    name: 'yaml: JSON',
    files: { 'hosts.json': '{"g": {"hosts": {"h": {"a": [1, {"b": null}], "c": "x"}}}}' },
    sources: ['hosts.json'],
  },
  {
    name: 'yaml: groups at the top',
    files: { 'hosts.yml': 'a: {hosts: {h1: }}\nb: {children: {a: }}\nungrouped: {hosts: {u: }}\n' },
    sources: ['hosts.yml'],
  },
  {
    name: 'yaml: one name in place of a map',
    files: { 'hosts.yml': 'g:\n  hosts: h1\n  children: c\nc:\n  hosts: {k: }\n' },
    sources: ['hosts.yml'],
  },
  {
    name: 'yaml: empty parts',
    files: { 'hosts.yml': 'all:\n  hosts:\n  children:\n    g:\n    e: {}\n  vars:\ng:\n  hosts: {h: {}}\n' },
    sources: ['hosts.yml'],
  },
  {
    name: 'yaml: anchors and merges',
    files: {
      'hosts.yml':
        'all:\n  vars:\n    base: &b {x: 1, y: 1}\n  hosts:\n    h1: {<<: *b, y: 2}\n    h2: *b\n    h3: {m: {<<: [{p: 1}, {p: 2, q: 2}]}}\n',
    },
    sources: ['hosts.yml'],
  },
  {
    name: 'yaml: texts',
    files: {
      'hosts.yml':
        'all:\n  hosts:\n    h:\n      a: |\n        two\n        lines\n      b: >-\n        folded\n        text\n      c: "tab\\t\\u00e9"\n      d: plain # comment\n      f: "{{ x }}"\n',
    },
    sources: ['hosts.yml'],
  },
  {
    name: 'yaml: precedence in a deep tree',
    files: {
      'hosts.yml':
        'all:\n  children:\n    a:\n      vars: {x: a, y: a}\n      children:\n        b:\n          vars: {x: b}\n          children:\n            c: {hosts: {h: }, vars: {x: c}}\n    z:\n      vars: {x: z, y: z}\n      hosts: {h: }\n',
    },
    sources: ['hosts.yml'],
  },
  {
    name: 'yaml: ranges',
    files: {
      'hosts.yml': 'g:\n  hosts:\n    w[01:03]: {a: 1}\n    n[1:9:4]:2222: \n    "[::1]:22": \n    r-[a:c]: \n',
    },
    sources: ['hosts.yml'],
  },
  {
    name: 'yaml: BOM and CRLF',
    files: { 'hosts.yml': '\ufeffall:\r\n  hosts:\r\n    h:\r\n      a: 1\r\n' },
    sources: ['hosts.yml'],
  },
  {
    name: 'yaml: a document marker',
    files: { 'hosts.yml': '---\nall:\n  hosts:\n    h:\n...\n' },
    sources: ['hosts.yml'],
  },
  {
    name: 'yaml: an x bit does not make it a program',
    files: { 'hosts.yml': '# not a program\nall: {hosts: {h: }}\n' },
    sources: ['hosts.yml'],
  },
  {
    name: 'yaml: priority',
    files: {
      'hosts.yml': 'a: {hosts: {h: }, vars: {x: a, ansible_group_priority: 10}}\nb: {hosts: {h: }, vars: {x: b}}\n',
    },
    sources: ['hosts.yml'],
  },
];

const BANNER = `${'#'.repeat(78)}\n# Settings of the web servers\n${'## more\n'.repeat(30)}${'#'.repeat(78)}\n`;

/** Brackets and quotes whose lines begin anywhere; every value behind them must still be the right one. */
const anyColumn: Case[] = [
  {
    name: 'any column: brackets in group_vars',
    files: {
      hosts: '[g]\nh\n',
      'group_vars/g.yml':
        'ports: [\n  80,\n443, # a ] in a comment\n]\nm: {\nx: 1, y: "a ] b",\n  z: [1\n, 2]\n}\nl: [1, 2\n, 3]\nlast: 1\n',
    },
  },
  {
    name: 'any column: quotes',
    files: {
      'hosts.yml':
        "all:\n  hosts:\n    h:\n      a: \"one\ntwo\n\nthree \\\" [\"\n      b: 'it''s\nso'\n      c: {k: \"x\ny\"}\n      d: [\n'p', it's, {q: 1\n}\n]\n      last: 1\n",
    },
    sources: ['hosts.yml'],
  },
];

/** What is at the head of most people's files: an expression that backtracks takes years for these. */
const banners: Case[] = [
  {
    name: 'banner: yaml',
    files: { 'hosts.yml': `${BANNER}---\n${BANNER}g: {hosts: {h: {a: 1}}}\n` },
    sources: ['hosts.yml'],
  },
  { name: 'banner: ini without an ending', files: { hosts: `${BANNER}[g]\nh a=1\n` } },
  { name: 'banner: ini', files: { 'hosts.ini': `${BANNER}[g]\nh a=1\n` }, sources: ['hosts.ini'] },
  {
    name: 'banner: group_vars and host_vars',
    files: { hosts: '[g]\nh\n', 'group_vars/g.yml': `${BANNER}a: 1\n`, 'host_vars/h': `---\n${BANNER}\n  \nb: 1\n` },
  },
  { name: 'banner: and nothing else', files: { hosts: '[g]\nh\n', 'group_vars/g.yml': `--- # x\n${BANNER}...\n` } },
];

const folders: Case[] = [
  {
    name: 'folder: order, ignored and hidden files',
    files: {
      'inv/02-two': '[g]\nh2 x=2\n',
      'inv/01-one': '[g]\nh1\nh2 x=1 y=1\n',
      'inv/.hidden': 'no1\n',
      'inv/hosts.ini': 'no2\n',
      'inv/x.cfg': 'no3\n',
      'inv/b.bak': 'no4\n',
      'inv/t~': 'no5\n',
      'inv/r.retry': 'no6\n',
      'inv/readme.md': 'no7\n',
      'inv/o.orig': 'no8\n',
      'inv/n.txt': 'no9\n',
      'inv/z.yml': 'g: {hosts: {h3: {y: 3}}}\n',
      'inv/sub/s': 'h4\n',
      'inv/group_vars/g.yml': 'v: 1\n',
      'inv/host_vars/h4': 'w: 1\n',
      'inv/sub/group_vars/g.yml': 'v: not read\n',
    },
    sources: ['inv'],
  },
  {
    name: 'folder: a program among files',
    files: {
      'inv/10-dyn': program({ web: ['w1'], _meta: { hostvars: { w1: { a: 1 } } } }),
      'inv/20-static': '[web]\nw2\n[web:vars]\nx=1\n',
    },
    sources: ['inv'],
  },
  {
    name: 'vars: endings, the first wins',
    files: {
      hosts: '[a]\nh1\n[b]\nh2\n[c]\nh3\n[d]\nh4\n',
      'group_vars/a': 'x: none\n',
      'group_vars/a.yml': 'x: yml\n',
      'group_vars/b.yml': 'x: yml\n',
      'group_vars/b.yaml': 'x: yaml\n',
      'group_vars/c.json': '{"x": "json"}',
      'group_vars/c.yaml': 'x: yaml\n',
      'group_vars/d.txt': 'x: txt\n',
    },
  },
  {
    name: 'vars: folders',
    files: {
      hosts: '[web]\nh1\n',
      'group_vars/web.yml': 'a: not read\n',
      'group_vars/web/20.yml': 'a: 20\nb: 20\n',
      'group_vars/web/10': 'a: 10\nc: 10\n',
      'group_vars/web/.hidden.yml': 'no: 1\n',
      'group_vars/web/x.yml~': 'no: 2\n',
      'group_vars/web/x.txt': 'no: 3\n',
      'group_vars/web/sub/y.json': '{"deep": 1}',
      'group_vars/web/sub.d/y.yml': 'no: 4\n',
      'host_vars/h1/a.yaml': 'h: 1\n',
    },
  },
  {
    name: 'vars: empty files',
    files: {
      hosts: '[a]\nh1\n',
      'group_vars/a.yml': '',
      'group_vars/all': '# nothing\n',
      'host_vars/h1.yml': '---\n',
      'host_vars/h1.yaml': 'not: read\n',
    },
  },
  { name: 'vars: types', files: { hosts: 'h\n', 'host_vars/h': 'a: no\nb: 0644\nc: {d: [1, 2.5, ~]}\n' } },
  {
    name: 'vars: of ungrouped and a host with a dot',
    files: {
      hosts: 'h.example.com\n[g]\nk\n',
      'group_vars/ungrouped.yml': 'u: 1\n',
      'host_vars/h.example.com.yml': 'd: 1\n',
      'host_vars/h.yml': 'no: 1\n',
    },
  },
  {
    name: 'vars: of groups that are not there',
    files: { hosts: 'h\n', 'group_vars/other.yml': 'x: 1\n', 'host_vars/other.yml': '- broken\n' },
  },
  {
    name: 'vars: beside a list of hosts there are none',
    files: { 'group_vars/all.yml': 'x: 1\n' },
    sources: ['h1,h2,'],
  },
  { name: 'vars: for hosts of a range', files: { hosts: '[w]\nw[1:3]\n', 'host_vars/w2.yml': 'x: 2\n' } },
];

const lists: Case[] = [
  { name: 'list: names', files: {}, sources: ['h1,h2'] },
  { name: 'list: spaces, ports, a comma at the end', files: {}, sources: ['h1, h2:2222 ,[::1]:22,'] },
  { name: 'list: a file whose name has a comma', files: { 'a,b': '[g]\nh\n' }, sources: ['a,b'] },
];

const programs: Case[] = [
  {
    name: 'program: all of it',
    files: {
      hosts: program({
        web: { hosts: ['w1', 'w2'], vars: { x: 1, list: [1, { a: null }] }, children: ['api'] },
        api: ['a1'],
        all: { vars: { q: true } },
        _meta: { hostvars: { w1: { x: 2 }, a1: { ansible_port: 2222 } } },
      }),
    },
  },
  { name: 'program: without _meta', files: { hosts: program({ web: ['w1', 'w2'] }, { w1: { a: 1 }, w2: {} }) } },
  { name: 'program: _meta without hostvars', files: { hosts: program({ web: ['w1'], _meta: {} }, { w1: { a: 1 } }) } },
  { name: 'program: an old form', files: { hosts: program({ w1: { a: 1 }, _meta: { hostvars: {} } }) } },
  {
    name: 'program: hosts in _meta alone',
    files: { hosts: program({ g: ['a'], _meta: { hostvars: { a: {}, b: { x: 1 } } } }) },
  },
  {
    name: 'program: children alone',
    files: { hosts: program({ p: { children: ['c', 'd'] }, c: { hosts: ['h'] }, d: {}, _meta: { hostvars: {} } }) },
  },
  {
    name: 'program: ungrouped and priority',
    files: {
      hosts: program({
        ungrouped: { hosts: ['u'] },
        a: { hosts: ['h'], vars: { x: 'a', ansible_group_priority: 5 } },
        b: { hosts: ['h'], vars: { x: 'b' } },
        _meta: { hostvars: {} },
      }),
    },
  },
  {
    name: 'program: vars files beside it',
    files: {
      'd/hosts': program({ g: ['h'], _meta: { hostvars: { h: { x: 1 } } } }),
      'd/group_vars/g.yml': 'x: 2\ny: 2\n',
      'd/host_vars/h.yml': 'z: 3\n',
    },
    sources: ['d/hosts'],
  },
];

/** What neither reads. */
const refused: Case[] = [
  { name: 'refused: a group that is its own ancestor', files: { hosts: '[a:children]\nb\n[b:children]\na\n' } },
  { name: 'refused: an undeclared group', files: { hosts: '[a:children]\nb\n[a]\n' } },
  { name: 'refused: variables of an undeclared group', files: { hosts: 'h\n[b:vars]\nx=1\n' } },
  {
    name: 'refused: a priority that is no number',
    files: { hosts: '[a]\nh\n[a:vars]\nansible_group_priority=high\n' },
  },
  { name: 'refused: a word that is no variable', files: { hosts: 'h nonsense\n' } },
  { name: 'refused: an open quote', files: { hosts: 'h a="x\n' } },
  { name: 'refused: an unknown section', files: { hosts: '[a:something]\nh\n' } },
  { name: 'refused: a range of unequal digits', files: { 'hosts.ini': 'h[01:100]\n' }, sources: ['hosts.ini'] },
  {
    name: 'refused: YAML hosts as a list',
    files: { 'hosts.yml': 'all:\n  hosts:\n    - h\n' },
    sources: ['hosts.yml'],
  },
  { name: 'refused: broken group_vars', files: { hosts: 'h\n', 'group_vars/all.yml': 'a: [\n' } },
  { name: 'refused: group_vars that are a list', files: { hosts: 'h\n', 'group_vars/all.yml': '- a\n' } },
  { name: 'refused: a program that fails', files: { hosts: '#!/bin/sh\nexit 3\n' } },
  { name: 'refused: a program without --host', files: { hosts: program({ web: ['w1'] }) } },
  { name: 'refused: a missing file', files: {}, sources: ['nothing'] },
];

const differences: Case[] = [
  {
    name: 'differs: an unknown key',
    files: { 'hosts.yml': 'g:\n  host: {h: }\n  hosts: {k: }\n' },
    sources: ['hosts.yml'],
    differs: { row: 'unknown key of a group', refused: "unknown key 'host' in group 'g'" },
  },
  {
    name: 'differs: a duplicate key',
    files: { 'hosts.yml': 'g: {hosts: {h: }}\ng: {hosts: {k: }}\n' },
    sources: ['hosts.yml'],
    differs: { row: 'duplicate key', refused: "duplicate key 'g'" },
  },
  {
    name: 'differs: one of several sources is broken',
    files: { good: 'h\n', bad: '[x\n' },
    sources: ['good', 'bad'],
    differs: { row: 'one of several sources broken', refused: "'[x' can't be a host name" },
  },
  {
    name: 'differs: INI in a .yml file',
    files: { 'hosts.yml': 'h1\nh2\n' },
    sources: ['hosts.yml'],
    differs: { row: 'INI in a `.yml` file', refused: 'an inventory must be a map' },
  },
  {
    name: 'differs: INI that reads as YAML',
    files: { hosts: 'h d="{\'x\': 1}"\n' },
    differs: { row: 'INI without an ending that is YAML, too', refused: "can't be a group name" },
  },
  {
    name: 'differs: a group name with white space',
    files: { 'hosts.yml': 'my group: {hosts: {h: }}\n' },
    sources: ['hosts.yml'],
    differs: { row: 'group name with white space or `:,&!~@*?[]{}`', refused: "'my group' can't be a group name" },
  },
  {
    name: 'differs: a host that is an option',
    files: { 'hosts.yml': 'all: {hosts: {-oProxyCommand=x: }}\n' },
    sources: ['hosts.yml'],
    differs: { row: 'host name with white space, a leading `-` or signs', refused: 'it begins with -' },
  },
  {
    name: 'differs: ports of a program',
    files: { hosts: program({ g: ['h:22'], _meta: { hostvars: {} } }) },
    differs: {
      row: 'host name with white space, a leading `-` or signs',
      refused: 'it holds : but is no IPv6 address',
    },
  },
  {
    name: 'differs: a range that runs backwards',
    files: { 'hosts.ini': 'h[5:1]\n' },
    sources: ['hosts.ini'],
    differs: { row: 'range that runs backwards', refused: '[5:1] runs backwards' },
  },
  {
    name: 'differs: a range and nothing else',
    files: { hosts: '[g]\n[1:3]:26\n' },
    differs: { row: '`[1:3]:26`', refused: "'1:3' can't be a host name" },
  },
  {
    name: 'differs: a vaulted value',
    files: {
      'hosts.yml': 'all:\n  hosts:\n    h:\n      p: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        3330\n',
    },
    sources: ['hosts.yml'],
    differs: {
      row: 'value in a vault',
      listed: {
        _meta: { hostvars: { h: { p: '***' } } },
        all: { children: ['ungrouped'] },
        ungrouped: { hosts: ['h'] },
      },
    },
  },
  {
    name: 'differs: a vaulted file',
    files: { hosts: 'h\n', 'group_vars/all': '$ANSIBLE_VAULT;1.1;AES256\n3330\n' },
    differs: {
      row: 'file that is a vault',
      refused: "this file is encrypted by Ansible's vault, and there is no vault password",
    },
  },
  {
    name: 'differs: a vaulted value of a program',
    files: {
      hosts: program({
        g: ['h'],
        _meta: { hostvars: { h: { p: { __ansible_vault: '$ANSIBLE_VAULT;1.1;AES256\n3330\n' } } } },
      }),
    },
    differs: {
      row: 'value in a vault',
      listed: {
        _meta: { hostvars: { h: { p: '***' } } },
        all: { children: ['ungrouped', 'g'] },
        g: { hosts: ['h'] },
      },
    },
  },
  {
    name: 'differs: an inventory plugin',
    files: { 'hosts.yml': 'plugin: constructed\ngroups: {g: "true"}\n' },
    sources: ['hosts.yml'],
    differs: { row: 'inventory plugin', refused: 'inventory plugins are not supported' },
  },
  {
    name: 'differs: a number beyond 2^53',
    files: { 'hosts.yml': 'all: {hosts: {h: {a: 12345678901234567890}}}\n' },
    sources: ['hosts.yml'],
    differs: { row: 'number that JavaScript would round', refused: "can't be kept exactly" },
  },
  {
    name: 'differs: a number beyond 2^53 in INI',
    files: { hosts: 'h a=12345678901234567890\n' },
    differs: {
      row: 'number that JavaScript would round, in INI',
      listed: {
        _meta: { hostvars: { h: { a: '12345678901234567890' } } },
        all: { children: ['ungrouped'] },
        ungrouped: { hosts: ['h'] },
      },
    },
  },
  {
    name: 'differs: Python that JSON has no value for',
    files: { 'hosts.ini': `h a="'\\\\N{BULLET}'" b=2j\n` },
    sources: ['hosts.ini'],
    differs: {
      row: 'Python that JSON has no value for',
      listed: {
        _meta: { hostvars: { h: { a: "'\\N{BULLET}'", b: '2j' } } },
        all: { children: ['ungrouped'] },
        ungrouped: { hosts: ['h'] },
      },
    },
  },
  {
    name: 'differs: keys and dates',
    files: { 'hosts.yml': 'all: {hosts: {h: {yes: 1, 0x10: 2, d: 2001-12-14 21:59:43}}}\n' },
    sources: ['hosts.yml'],
    differs: {
      row: 'YAML key that is no text; date with a time',
      listed: {
        _meta: { hostvars: { h: { yes: 1, '0x10': 2, d: '2001-12-14 21:59:43' } } },
        all: { children: ['ungrouped'] },
        ungrouped: { hosts: ['h'] },
      },
    },
  },
  {
    name: 'differs: an unsafe text',
    files: { 'hosts.yml': 'all: {hosts: {h: {a: !unsafe "{{ x }}"}}}\n' },
    sources: ['hosts.yml'],
    differs: {
      row: '`!unsafe`',
      listed: {
        _meta: { hostvars: { h: { a: '{{ x }}' } } },
        all: { children: ['ungrouped'] },
        ungrouped: { hosts: ['h'] },
      },
    },
  },
  {
    name: 'differs: unsafe texts of a program',
    files: {
      hosts: program({
        g: { hosts: ['h'], vars: { a: { __ansible_unsafe: '{{ x }}' } } },
        _meta: {
          hostvars: { h: { ansible_host: { __ansible_unsafe: '192.0.2.17' }, l: [{ __ansible_unsafe: 'b' }, 1] } },
        },
      }),
    },
    differs: {
      row: '`!unsafe`',
      listed: {
        _meta: { hostvars: { h: { a: '{{ x }}', ansible_host: '192.0.2.17', l: ['b', 1] } } },
        all: { children: ['ungrouped', 'g'] },
        g: { hosts: ['h'] },
      },
    },
  },
  {
    name: 'differs: a number beyond 2^53 of a program',
    files: {
      hosts:
        '#!/bin/sh\necho \'{"g": ["h"], "_meta": {"hostvars": {"h": {"s": "x \\" 12345678901234567890", "id": 12345678901234567890}}}}\'\n',
    },
    differs: {
      row: 'number that JavaScript would round',
      refused: "printed 12345678901234567890, a number that can't be kept exactly",
    },
  },
  {
    name: 'differs: ranges in a list',
    files: {},
    sources: ['w[1:2],'],
    differs: {
      row: "range in `-i 'web[1:3],'`",
      listed: { _meta: { hostvars: {} }, all: { children: ['ungrouped'] }, ungrouped: { hosts: ['w1', 'w2'] } },
    },
  },
  {
    name: 'differs: passwords',
    files: { hosts: 'h ansible_become_password=hunter2\n' },
    differs: {
      row: 'passwords',
      listed: {
        _meta: { hostvars: { h: { ansible_become_password: '***' } } },
        all: { children: ['ungrouped'] },
        ungrouped: { hosts: ['h'] },
      },
    },
  },
  {
    name: 'differs: values from elsewhere',
    files: { 'hosts.yml': 'all: {hosts: {h: {a: {from: env, name: HOME}}}}\n' },
    sources: ['hosts.yml'],
    differs: {
      row: 'secrets',
      listed: {
        _meta: { hostvars: { h: { a: '***' } } },
        all: { children: ['ungrouped'] },
        ungrouped: { hosts: ['h'] },
      },
    },
  },
];

export const cases: readonly Case[] = [
  ...ini,
  ...precedence,
  ...yaml,
  ...banners,
  ...anyColumn,
  ...folders,
  ...lists,
  ...programs,
  ...refused,
  ...differences,
];
