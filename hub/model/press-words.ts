// Words for the presses of a button, as Home Assistant's integrations and ESPHome's configurations choose them.

/** The words of presses in the table's; what is not here keeps its own word. */
const PRESSES: Readonly<Record<string, string>> = {
  press: 'single',
  pressed: 'single',
  click: 'single',
  short_press: 'single',
  button_short_press: 'single',
  hold: 'long',
  long_press: 'long',
  button_long_press: 'long',
  double_press: 'double',
  button_double_press: 'double',
  triple_press: 'triple',
  button_triple_press: 'triple',
  button_quadruple_press: 'quadruple',
  button_short_release: 'release',
  button_long_release: 'release',
};

/** What a press is called in the table; a word that it does not know stays as it is, up to 64 characters. */
export function pressOf(word: string): string {
  const known = Object.hasOwn(PRESSES, word) ? PRESSES[word] : undefined;
  return known ?? word.slice(0, 64);
}
