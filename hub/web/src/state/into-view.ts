// A part of a long screen that an address names, or that has to be read now, is scrolled to.

/** Attached to an element: shows its beginning as soon as it is there. */
export function intoView(element: HTMLElement): void {
  // After the screen's own scrolling to its top.
  requestAnimationFrame(() => element.scrollIntoView({ block: 'start' }));
}

/** Attached to an element: scrolls no further than it takes to see it. */
export function intoSight(element: HTMLElement): void {
  requestAnimationFrame(() => element.scrollIntoView({ block: 'nearest' }));
}
