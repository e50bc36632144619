/** @type {import('unwedge').PluginFactory} */
export default ({ defineStep, probeScript, applyScript, undoScript, applied, complete }) => {
  const script = (name) => new URL(name, import.meta.url);
  const look = probeScript(script('probe.sh'));
  const write = applyScript(script('apply.sh'));
  const restore = undoScript(script('undo.sh'));

  return defineStep({
    name: 'marker',
    description: 'Keeps a file with one line of text on the host, for a load balancer or for people.',
    schema: {
      type: 'object',
      additionalProperties: false,
      required: ['path', 'note'],
      properties: {
        path: { type: 'string', pattern: '^/', description: 'Where the file is.', examples: ['/run/maintenance'] },
        note: { type: 'string', pattern: '^[^\\n\\t]+$', description: 'What it says.', examples: ['back at 5'] },
      },
      examples: [{ path: '/run/maintenance', note: 'dockerd is being restarted' }],
    },
    output: { before: 'string' },
    deadline: 30,
    async probe(host, { path }) {
      const stdout = complete(await host.probe(look, [path]), `${path} can't be read`, 'look at it on the host');
      return { note: stdout.trimEnd() };
    },
    plan({ path, note }, facts, { pending }) {
      const resource = `marker ${path}`;
      const before = pending.findLast((change) => change.resource === resource)?.after ?? facts.note;
      const change = {
        resource,
        summary: `write "${note}" to ${path}`,
        before,
        after: note,
        risk: 'none',
        data: { path },
      };
      return { changes: before === note ? [] : [change], output: { before } };
    },
    async apply(host, change) {
      applied(await host.run(write, [change.data.path, change.before, change.after]), change);
    },
    undo: {
      kind: 'reverse',
      call: ({ data, before, after }) => ({
        script: restore,
        args: [data.path, after, before],
        summary: before === '' ? `remove ${data.path}` : `write "${before}" to ${data.path}`,
      }),
    },
  });
};
