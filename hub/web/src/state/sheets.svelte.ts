// How many sheets lie over each other. A modal sheet makes all below it inert, messages too, so they stand in
// the topmost one.

class SheetStack {
  depth = $state(0);
}

const stack = new SheetStack();

/** How many sheets are open; reactive. */
export function sheetDepth(): number {
  return stack.depth;
}

/** A sheet opens; returns its level, from 1. */
export function openSheet(): number {
  stack.depth += 1;
  return stack.depth;
}

/** The topmost sheet closes. */
export function closeSheet(): void {
  stack.depth -= 1;
}
