/** A controller of its own, for tests that kill it. Usage: tsx controller.ts OPTIONS-JSON SCRIPT ARGUMENT; exit code 3 when the connection is lost. */
import type { ConnectionOptions } from '../../src/core/connection-options.ts';
import { probeScript } from '../../src/core/host-script.ts';
import { SessionError } from '../../src/core/session.ts';
import { openConnection } from '../../src/transport/open-connection.ts';

const [options = '', script = '', argument = ''] = process.argv.slice(2);
const connection = await openConnection(JSON.parse(options) as ConnectionOptions);
try {
  await connection.readOnly({ deadline: 60 }).probe(probeScript(script), [argument]);
} catch (error) {
  process.exitCode = error instanceof SessionError && error.failure === 'lost' ? 3 : 1;
}
