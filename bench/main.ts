/** Usage: npm run bench -- fan-out [hosts] [rounds] */
import { fanOut } from './fan-out.ts';

const [name, hosts = '20', rounds = '5'] = process.argv.slice(2);
if (name !== 'fan-out') {
  console.error('usage: npm run bench -- fan-out [hosts] [rounds]');
  process.exit(1);
}
process.exitCode = (await fanOut(Number(hosts), Number(rounds))) ? 0 : 1;
