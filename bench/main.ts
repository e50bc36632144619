/** Usage: npm run bench -- fan-out [hosts] [rounds] | scan [rounds] | lint [rounds] | scale [rounds] | ground FOLDER… */
import { fanOut } from './fan-out.ts';
import { ground } from './ground.ts';
import { lintCost } from './lint.ts';
import { scale } from './scale.ts';
import { scanCost } from './scan.ts';

const [name, ...numbers] = process.argv.slice(2);
const [first, second] = numbers.map(Number);
const benches: Readonly<Record<string, () => Promise<boolean>>> = {
  'fan-out': () => fanOut(first ?? 20, second ?? 5),
  scan: () => scanCost(first ?? 5),
  scale: () => scale(first ?? 3),
  lint: async () => lintCost(first ?? 5),
  ground: () => ground(numbers),
};
const bench = benches[name ?? ''];
if (bench === undefined) {
  console.error(
    'usage: npm run bench -- fan-out [hosts] [rounds]\n       npm run bench -- scan [rounds]\n       npm run bench -- lint [rounds]\n       npm run bench -- scale [rounds]\n       npm run bench -- ground FOLDER…',
  );
  process.exit(1);
}
process.exitCode = (await bench()) ? 0 : 1;
