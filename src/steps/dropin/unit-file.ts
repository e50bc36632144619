type Value = string | number | boolean;
/** Section → setting → value or values. */
export type Settings = Readonly<Record<string, Readonly<Record<string, Value | readonly Value[]>>>>;

export interface Dropin {
  readonly unit: string;
  readonly name: string;
}

/** Where systemd looks first of all. */
export const pathOf = ({ unit, name }: Dropin): string => `/etc/systemd/system/${unit}.d/${name}.conf`;

/** The whole file; sections and settings in the order given. */
export function fileText(settings: Settings): string {
  const sections = Object.entries(settings).map(([section, values]) => `[${section}]\n${lines(values)}`);
  return `# Written by unwedge. Its journal keeps what was here before.\n${sections.join('\n')}`;
}

function lines(values: Settings[string]): string {
  return Object.entries(values)
    .flatMap(([key, value]) => [value].flat().map((one) => `${key}=${oneLine(String(one))}\n`))
    .join('');
}

/** A line break within a value would start a setting of its own. */
const oneLine = (value: string): string => value.replace(/\r?\n/g, ' ');

/** Whether MountFlags=slave is among the settings, or is all of them. */
export function setsSlaveMounts(settings: Settings, how: 'is' | 'includes'): boolean {
  const all = Object.entries(settings).flatMap(([section, values]) =>
    Object.entries(values).map(([k, v]) => `${section}.${k}=${v}`),
  );
  const slave = all.includes('Service.MountFlags=slave');
  return slave && (how === 'includes' || all.length === 1);
}
