import { describe, expect, it } from 'vitest';
import { pathOf } from '../../scripts/programs.ts';
import { format } from './double.ts';

const tree = [
  'Id="0123"',
  'State.Status="running"',
  'State.Status="dead"',
  'State.Dead=true',
  'State.Pid=0',
  String.raw`State.Error="driver \"overlay2\" failed"`,
  'Mounts.0.Source="/a b"',
  'Mounts.0.Propagation="rprivate"',
  'Mounts.1.Source="/c"',
  'Mounts.1.Propagation="rslave"',
  'Config.Labels={}',
  'GraphDriver.Data.MergedDir="/m"',
  'GraphDriver.Data=null',
  'Names=[]',
];

const cases: Readonly<Record<string, string>> = {
  '{{.Id}}': '0123',
  '{{ .State.Status }}\t{{.State.Dead}} {{.State.Pid}}': 'dead\ttrue 0',
  '{{.State.Error}}': 'driver "overlay2" failed',
  '{{json .State.Error}}': String.raw`"driver \"overlay2\" failed"`,
  '{{.State.Error | json}}': String.raw`"driver \"overlay2\" failed"`,
  '{{json .State}}': String.raw`{"Status":"dead","Dead":true,"Pid":0,"Error":"driver \"overlay2\" failed"}`,
  '{{json .GraphDriver}}': '{"Data":null}',
  '{{json .Mounts}}': '[{"Source":"/a b","Propagation":"rprivate"},{"Source":"/c","Propagation":"rslave"}]',
  '{{range .Mounts}}{{.Propagation}} {{end}}|': 'rprivate rslave |',
  '{{range .Mounts}}{{$.Id}}{{.Source}};{{end}}': '0123/a b;0123/c;',
  '{{range .Names}}x{{else}}none{{end}}': 'none',
  '{{if .State.Dead}}yes{{else}}no{{end}}': 'yes',
  '{{if .State.Pid}}yes{{else}}no{{end}}{{if .State.Dead}}!{{end}}': 'no!',
  '{{with .State}}{{.Status}}{{end}}': 'dead',
  '{{len .Mounts}} {{index .Mounts 1 | json}}': '2 {"Source":"/c","Propagation":"rslave"}',
  '{{if eq .State.Status "dead"}}{{println .Id}}{{end}}': '0123\n',
  'plain text': 'plain text',
};

describe.each(['gawk', 'mawk', 'busybox awk'])('a template of docker --format, under %s', (awk) => {
  const command = awk.split(' ');
  const cannot = pathOf(command[0] ?? '') === undefined;

  it.skipIf(cannot).each(Object.entries(cases))('%s', (template, text) => {
    expect(format(command, tree, template)).toEqual({ fault: '', text });
  });

  it.skipIf(cannot).each(['{{.Nope}}', '{{.State.Nope}}', '{{nope .Id}}', '{{.Id'])('%s is refused', (template) => {
    expect(format(command, tree, template).fault).not.toBe('');
  });
});
