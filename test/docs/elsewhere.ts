/** Commands of the docs that a unit test must not run, and the file that does run them. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm cit': '.ci/run',
  'npm run check': 'test/vitest.config.ts',
  'npm test': '.ci/run',
  'npm run test:full': 'test/full.ts',
  'npm install && npm link': '.ci/run',
  'sh /var/lib/unwedge/runs/RUN/undo.sh': 'test/sim/host-journal.test.ts',
  'unwedge audit -i inventory.yaml': 'test/sim/audit.test.ts',
  'unwedge audit -i inventory.yaml --why db-1': 'test/sim/audit.test.ts',
  'unwedge audit -i inventory.yaml --report audit.html --report audit.json': 'test/sim/audit.test.ts',
  'npm run demo': 'test/sim/demo.test.ts',
  'npm run demo -- --real': 'test/lab/demo.lab.test.ts',
  'npm run lab -- up 2': 'test/lab/lab.ts',
  'npm run lab -- wedge': 'test/lab/lab.ts',
  'npm run lab -- wedge several host1': 'test/lab/scenarios.lab.test.ts',
  'npm run lab -- status': 'test/lab/lab.sh',
  'npm run lab -- ssh host1': 'test/lab/lab.ts',
  'npm run lab -- down': 'test/lab/lab.ts',
  "unwedge schedule add nightly --playbook free-dead-containers -i inventory.yaml --on-calendar '*-*-* 03:15:00' --print":
    'test/lab/schedule.lab.test.ts',
  "unwedge schedule add nightly --playbook free-dead-containers -i inventory.yaml --on-calendar '*-*-* 03:15:00'":
    'test/lab/schedule.lab.test.ts',
  'unwedge schedule run-now nightly': 'test/lab/schedule.lab.test.ts',
  'unwedge schedule list': 'test/lab/schedule.lab.test.ts',
  'unwedge schedule logs nightly -n 20': 'test/lab/schedule.lab.test.ts',
  "unwedge schedule add nightly --playbook free-dead-containers -i inventory.yaml --on-calendar '*-*-* 03:15:00' --apply --replace":
    'test/lab/schedule.lab.test.ts',
  'unwedge runs --state-dir /var/lib/unwedge': 'test/lab/schedule.lab.test.ts',
  'unwedge schedule remove nightly': 'test/lab/schedule.lab.test.ts',
  "unwedge schedule add weekdays --playbook free-dead-containers -i inventory.yaml --cron '15 3 * * 1-5' --jitter 20m":
    'test/lab/schedule.lab.test.ts',
  'unwedge schedule remove weekdays': 'test/lab/schedule.lab.test.ts',
  'unwedge run free-dead-containers -i inventory.yaml --webhook-file /etc/unwedge/webhook --ping-file /etc/unwedge/ping':
    'test/sim/notify.test.ts',
  'unwedge audit -i inventory.yaml --report audit.html': 'test/sim/reports.test.ts',
  'unwedge audit -i inventory.yaml --report monday.json': 'test/sim/reports.test.ts',
  'unwedge audit -i inventory.yaml --diff monday.json --report tuesday.json --report tuesday.md':
    'test/sim/reports.test.ts',
  'unwedge audit -i inventory.yaml --fail-on critical --report audit.sarif --report audit.xml':
    'test/sim/reports.test.ts',
};
