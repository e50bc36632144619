import type { Change } from '../core/change.ts';
import type { Finding, Severity } from '../core/finding.ts';
import type { Bind, Container } from './daemon.ts';
import { bindText, riskyBinds } from './finding-binds.ts';
import { finding } from './finding-catalogue.ts';
import { counted, listed, processLines, whoText } from './finding-evidence.ts';
import { tellHolder } from './finding-holder.ts';
import { holderOf } from './holder.ts';
import type { Survey } from './host-survey.ts';
import type { Copies } from './mount-copies.ts';
import { mountFlagIn } from './mount-flag.ts';
import { detaches } from './pins.ts';

/** Who has copies of docker's mounts that stay when docker unmounts its own, or takes them at its next start. */
export function copyFindings(survey: Survey, pending: readonly Change[]): Finding[] {
  const risk = riskOf(survey, pending);
  const lasting = survey.copies.filter((copies) => copies.lasting > 0);
  return [
    ...survey.daemon.containers
      .filter(({ pid }) => pid > 0)
      .flatMap((container) => containerFinding(container, lasting, survey, risk)),
    ...lasting.flatMap((copies) => programFinding(copies, survey, risk)),
  ];
}

/** What a copy does on this host. */
interface Risk {
  readonly severity: Severity;
  /** Said behind the message. */
  readonly note: string;
}

/** Kernels that detach mounts of removed directories make copies harmless; an open device they do not close (docs/docker-facts.md §5). */
function riskOf({ daemon }: Survey, pending: readonly Change[]): Risk {
  const open = ['devicemapper', 'zfs', 'btrfs'].includes(daemon.driver);
  return detaches(daemon, pending) && !open
    ? { severity: 'info', note: ' (this kernel lets go of such copies by itself)' }
    : { severity: 'warning', note: '' };
}

function containerFinding(container: Container, lasting: readonly Copies[], survey: Survey, risk: Risk): Finding[] {
  const { daemon } = survey;
  const binds = riskyBinds(container, daemon);
  const copies = lasting.filter(({ namespace }) => {
    const holder = holderOf(namespace, daemon);
    return holder.kind === 'container' && holder.id === container.id;
  });
  const [first] = copies;
  if (binds.length === 0 && first === undefined) return [];
  const has = first === undefined ? [] : [`has ${copiesText(first)}`];
  const through = binds.length === 0 ? [] : [`binds ${listed(binds.map(bindText))} without rslave`];
  return [
    finding(
      'UW301',
      {
        subject: `container ${whoText(container)}`,
        message: `container ${whoText(container)} ${[...through, ...has].join(' and ')}${risk.note}`,
        remedy: `mount ${binds.length === 0 ? 'what it binds of the host' : 'that bind'} with rslave and start the container anew`,
        evidence: [...binds.map(bindLine), ...copies.flatMap(({ namespace }) => processLines(namespace))],
        data: { id: container.id, binds: binds.map(bindText), copies: first?.lasting ?? 0 },
      },
      risk.severity,
    ),
  ];
}

const bindLine = (bind: Bind): string =>
  `bind ${bindText(bind)}, mode ${bind.mode || 'not given'}, propagation ${bind.propagation || 'not told'}`;

const copiesText = ({ lasting }: Copies): string =>
  `${counted(lasting, "lasting copy of docker's mounts", "lasting copies of docker's mounts")}`;

/** Of a program that is no container's: those are told with their binds. */
function programFinding(copies: Copies, { daemon, units }: Survey, risk: Risk): Finding[] {
  const { namespace } = copies;
  const { holder, code, who, release } = tellHolder(namespace, daemon);
  if (holder.kind === 'container') return [];
  // Shims are in docker's unit, but not by its settings.
  const unit = holder.kind === 'unit' && code !== 'UW003' ? holder.unit : undefined;
  const settings = unit === undefined ? [] : settingsOf(units.get(unit));
  const why = settings.length === 0 ? '' : ` (${settings.join(', ')})`;
  return [
    finding(
      unit === undefined ? 'UW303' : 'UW302',
      {
        subject: unit === undefined ? `namespace mnt:[${namespace.inode}]` : `unit ${unit}`,
        message: `${who} has ${copiesText(copies)}${why}${risk.note}`,
        remedy: `before one of those containers is removed: ${release}`,
        evidence: processLines(namespace),
        data: { namespace: namespace.inode, copies: copies.lasting, settings },
      },
      risk.severity,
    ),
  ];
}

/** What gave the unit a mount namespace of its own, as systemd tells it. */
function settingsOf({ MountFlags = '', ...unit }: Readonly<Record<string, string>> = {}): string[] {
  const flag = mountFlagIn(MountFlags);
  const others = ['PrivateMounts', 'PrivateTmp', 'ProtectSystem'].filter((name) => (unit[name] ?? 'no') !== 'no');
  return [...(flag === undefined ? [] : [`MountFlags=${flag}`]), ...others.map((name) => `${name}=${unit[name]}`)];
}
