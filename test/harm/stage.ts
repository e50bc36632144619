import type { RunEvent } from '../../src/core/event.ts';
import { carryOut, short } from './engine.ts';
import { Host } from './host.ts';
import { quote } from './program.ts';

export const ROOT = '/var/lib/docker';
/** Of the container that is stuck; and of the hostile one that holds it. */
export const DEAD = 'dead'.repeat(16);
export const EVIL = 'bad0'.repeat(16);
/** A second stuck one, which others hold. */
export const OTHER = 'beef'.repeat(16);
const layerOf = (id: string): string => `1a${id.slice(2)}`;
export const shmOf = (id: string): string => `${ROOT}/containers/${id}/mounts/shm`;
export const rootfsOf = (id: string): string => `${ROOT}/overlay2/${layerOf(id)}/merged`;

/** A host with stuck containers and somebody hostile on it; told in the words of host/world.sh. */
export class Stage {
  readonly host: Host;

  private constructor(host: Host) {
    this.host = host;
  }

  static async open(program: string): Promise<Stage> {
    const stage = new Stage(await Host.boot());
    const told = [
      'ServerVersion="19.03.15"',
      `DockerRootDir="${ROOT}"`,
      'Driver="overlay2"',
      'LiveRestoreEnabled=false',
    ];
    await stage.host.play(`
      kernel any
      data_root directory ${ROOT}
      printf '%s\\n' ${told.map(quote).join(' ')} >/s/daemon
      echo 'ROOT=${ROOT} DRIVER=overlay2 RULE=any ROOTFS=overlay2/LAYER/merged' >/s/docker
      dockerd host
      ${program}`);
    return stage;
  }

  run(): Promise<RunEvent[]> {
    return carryOut('run', short(false), () => this.host.connect());
  }

  check(): Promise<RunEvent[]> {
    return carryOut('check', short(false), () => this.host.connect());
  }

  /** Mountpoints in the mount namespace of a process that world.sh knows by this name. */
  async mountpointsOf(name: string): Promise<string[]> {
    await this.host.play(`echo "$ns_${name}" >/s/answer`);
    const pid = this.host.read('/s/answer').trim();
    return this.host
      .read(`/proc/${pid}/mountinfo`)
      .split('\n')
      .flatMap((line) => line.split(' ')[4] ?? []);
  }

  containers(): string[] {
    return this.host.list('/s/containers');
  }

  close(): Promise<void> {
    return this.host.close();
  }
}

/** A container is made, and docker has its mounts. */
export const created = (id: string, name: string): string => `
  layer ${id} ${layerOf(id)} ${ROOT}/image/overlay2/layerdb/mounts/${id} ${name}
  sh /h/mount c0-shm ${shmOf(id)}
  sh /h/mount c0-rootfs ${rootfsOf(id)}`;

/** It is Dead; docker has let go of its mounts itself. */
export const died = (id: string): string => `
  umount ${shmOf(id)} ${rootfsOf(id)}
  put ${id} 'State.Status="dead"' State.Dead=true State.Pid=0`;
