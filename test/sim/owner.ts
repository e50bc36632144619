// Owns a fleet of one host, tells its init and the fleet's directory on stdout, and stays until it is killed; see isolation.test.ts.
import { personality } from './docker/personality.ts';
import { bootFleet } from './fleet.ts';

const fleet = await bootFleet([{ name: 'orphan', personality: personality('debian-20.10-overlay2') }]);
process.stdout.write(`${fleet.host('orphan').init} ${fleet.directory}\n`);
setInterval(() => {}, 60_000);
