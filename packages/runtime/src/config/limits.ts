import type { Read } from './read-settings.ts';
import type { LimitsConfig, Windows } from './schema.ts';
import type { LimitSettings } from './settings.ts';

type WindowSettings = { [Name in keyof Windows]?: number | 'off' | undefined };

/** A connection's limits: its own where it says something, else those for all. */
export function limitsConfig(
  own: Read<LimitSettings> | undefined,
  shared: Read<LimitSettings> | undefined,
): LimitsConfig {
  const cooldown = own?.recipient?.cooldown ?? shared?.recipient?.cooldown;
  return {
    recipient: {
      ...windows(own?.recipient, shared?.recipient),
      ...(typeof cooldown === 'number' && { cooldownMs: cooldown }),
    },
    ip: windows(own?.ip, shared?.ip),
    country: windows(own?.country, shared?.country),
    connection: windows(own?.connection, shared?.connection),
  };
}

function windows(own: WindowSettings | undefined, shared: WindowSettings | undefined): Windows {
  const chosen: Windows = {};
  for (const name of ['minute', 'hour', 'day'] as const) {
    const max = own?.[name] ?? shared?.[name];
    if (typeof max === 'number') chosen[name] = max;
  }
  return chosen;
}
