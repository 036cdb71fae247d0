// Colours of the home, which have no brightness, and of a lamp's three channels.
import type { ColorValue } from '../../../../hub/model/property-row.ts';

type Triple = readonly [red: number, green: number, blue: number];

/** The hue and the saturation of three bytes; how bright they are is told apart. */
export function fromRgb([red, green, blue]: Triple): ColorValue {
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (spread === 0) return { hue: 0, saturation: 0 };
  const sixth =
    most === red
      ? (green - blue) / spread
      : most === green
        ? (blue - red) / spread + 2
        : (red - green) / spread + 4;
  const hue = Math.round(sixth * 60 + 360) % 360;
  return { hue, saturation: Math.round((spread / most) * 100) };
}

/** Three bytes of that colour, the strongest of them at its most. */
export function toRgb({ hue, saturation }: ColorValue): Triple {
  const channel = (offset: number): number => {
    const turn = (offset + hue / 60) % 6;
    const rise = Math.max(0, Math.min(turn, 4 - turn, 1));
    return Math.round(255 * (1 - (saturation / 100) * rise));
  };
  return [channel(5), channel(3), channel(1)];
}
