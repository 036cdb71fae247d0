// A part of a long screen that an address names is scrolled to.

/** Attached to an element: shows its beginning as soon as it is there. */
export function intoView(element: HTMLElement): void {
  // After the screen's own scrolling to its top.
  requestAnimationFrame(() => element.scrollIntoView({ block: 'start' }));
}
