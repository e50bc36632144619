import type { EventStream } from './event-stream.ts';
import type { Connect } from './host-link.ts';

/** Opens connections as `connect` does, and tells of each audit's how it is kept from writing. */
export const tellingGuard =
  (connect: Connect, stream: EventStream): Connect =>
  async (host, become) => {
    const connection = await connect(host, become);
    if (connection.guard === undefined) return connection;
    const { enforced, why } = connection.guard;
    const told = { type: 'host.guarded', host: host.name, enforced, unseen: [] } as const;
    await stream.tell(why === undefined ? told : { ...told, why });
    return connection;
  };
