// Names and handles: what a household calls a thing, and the unique word by which scene files call it.

/** Longest name of a device, room, scene, member or home, in characters. */
export const NAME_LENGTH_MAX = 60;

/** A name without surrounding or repeated blanks and without control characters. */
export function tidyName(text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** What a device is called after its kind, until somebody names it; numbers may be put behind it. */
export function nameFromTitle(title: string): string {
  return tidyName(title).slice(0, NAME_LENGTH_MAX - 4) || 'Device';
}

/** A handle made from a name: `Hall lamp` gives `hall-lamp`; Chinese and other letters stay as they are. */
export function handleFrom(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  if (plain === '') return 'device';
  return /^\p{L}/u.test(plain) ? plain : `device-${plain}`;
}

/** Whether a text can be a handle: letters, digits and hyphens, beginning with a letter. */
export function isHandle(text: string): boolean {
  return /^\p{L}[\p{L}\p{N}-]{0,47}$/u.test(text);
}

/** The text itself, or with the first free number behind it. */
export function firstFree(
  text: string,
  separator: string,
  isTaken: (text: string) => boolean,
): string {
  if (!isTaken(text)) return text;
  for (let number = 2; ; number += 1) {
    const candidate = `${text}${separator}${number}`;
    if (!isTaken(candidate)) return candidate;
  }
}
