import type { AnyStepType } from '../core/step-type.ts';
import { assert } from './assert/step.ts';
import { command } from './command/step.ts';
import { daemonJson } from './daemon_json/step.ts';
import { daemonReload } from './daemon_reload/step.ts';
import { dockerdReload } from './dockerd_reload/step.ts';
import { dropin } from './dropin/step.ts';
import { orphans } from './orphans/step.ts';
import { reboot } from './reboot/step.ts';
import { restart } from './restart/step.ts';
import { restartHolders } from './restart_holders/step.ts';
import { rmDead } from './rm_dead/step.ts';
import { scan } from './scan/step.ts';
import { sysctl } from './sysctl/step.ts';
import { umount } from './umount/step.ts';

/** Every step type there is; a new one adds its folder and a line here. */
export const stepTypes: readonly AnyStepType[] = [
  scan,
  umount,
  restartHolders,
  rmDead,
  dropin,
  sysctl,
  daemonJson,
  dockerdReload,
  daemonReload,
  restart,
  orphans,
  reboot,
  assert,
  command,
];
