// What the scene engine can do, item by item, and the table of them that `npm test` prints: a test belongs to an item
// when its name begins with "item N:".

/** The items, by number; those of analysis and habits have their own numbers later. */
export const SCENE_ITEMS: Readonly<Record<string, readonly (readonly [number, string])[]>> = {
  triggers: [
    [1, 'state change, from and to'],
    [2, 'repeated report'],
    [3, 'command seen'],
    [4, 'any change of a property'],
    [5, 'numeric crossing with hysteresis'],
    [6, 'rate of change'],
    [7, 'two values compared'],
    [8, 'hold'],
    [9, 'absence'],
    [10, 'buttons'],
    [11, 'civil time, days, dates, holidays'],
    [12, 'interval'],
    [13, 'cron line'],
    [14, 'sun'],
    [15, 'time from a value'],
    [16, 'presence'],
    [17, 'zones'],
    [18, 'home mode'],
    [19, 'variable'],
    [20, 'scene started, ended, failed'],
    [21, 'device offline, online, low, joined'],
    [22, 'hub start and power cut'],
    [23, 'webhook'],
    [24, 'MQTT topic'],
    [25, 'N of M'],
    [26, 'sequence within a window'],
    [27, 'count in a window'],
    [28, 'expression becomes true'],
    [29, 'by hand'],
  ],
  conditions: [
    [30, 'equals, in a set'],
    [31, 'range'],
    [32, 'time window over midnight'],
    [33, 'date and season'],
    [34, 'elevation of the sun'],
    [35, 'was so, held for'],
    [36, 'of a group, room or label'],
    [37, 'which trigger'],
    [38, 'who or what caused it'],
    [39, 'last run'],
    [40, 'another scene'],
    [41, 'within reach'],
    [42, 'expression'],
    [43, 'and, or, not, xor over unknown'],
  ],
  actions: [
    [44, 'command to device, room, label'],
    [45, 'target state with transition'],
    [46, 'toggle, step, relative'],
    [47, 'snapshot and restore'],
    [48, 'delay'],
    [49, 'wait for an event'],
    [50, 'wait for a level'],
    [51, 'if, else'],
    [52, 'choose'],
    [53, 'repeat'],
    [54, 'parallel and race'],
    [55, 'stop'],
    [56, 'variables'],
    [57, 'sub-routine'],
    [58, 'run, cancel, enable, disable a scene'],
    [59, 'set the mode'],
    [60, 'message with answers'],
    [61, 'ask before acting'],
    [62, 'expected effect'],
    [63, 'retry with a deadline'],
    [64, 'undo'],
    [65, 'HTTP and MQTT out'],
    [66, 'fade'],
  ],
  engine: [
    [67, 'run modes'],
    [68, 'debounce, throttle, cooldown'],
    [69, 'priority and groups'],
    [70, 'depth and rate breaker'],
    [71, 'simulated clock'],
    [72, 'edit while running'],
    [73, 'several scenes at once'],
    [74, 'versions, differences, roll-back'],
    [75, 'templates with parameters'],
    [77, 'export'],
  ],
  durability: [
    [78, 'kill -9 at any instant'],
    [79, 'torn write'],
    [80, 'disk full'],
    [81, 'clock jump'],
    [82, 'missed schedule'],
    [83, 'idempotence of commands'],
    [84, 'unknown outcome read back'],
    [85, 'wear budget'],
  ],
  explanation: [
    [106, 'trace of each run'],
    [107, 'near misses'],
    [108, 'why is it so'],
    [109, 'what if, over recorded days'],
    [110, 'replay equals living'],
    [111, 'an edit over recorded days'],
  ],
};

/** A test by its full name, and whether it passed. */
export interface NamedTest {
  readonly name: string;
  readonly isPassed: boolean;
}

const NAMED = /\bitem (\d+):/g;

/** The table, a line an item, and the items that no passed test names. */
export function sceneItemTable(tests: readonly NamedTest[]): {
  readonly lines: readonly string[];
  readonly missing: readonly number[];
} {
  const passed = new Map<number, number>();
  const failed = new Set<number>();
  for (const { name, isPassed } of tests) {
    for (const [, digits] of name.matchAll(NAMED)) {
      const item = Number(digits);
      if (isPassed) passed.set(item, (passed.get(item) ?? 0) + 1);
      else failed.add(item);
    }
  }
  const lines: string[] = [];
  const missing: number[] = [];
  for (const [group, items] of Object.entries(SCENE_ITEMS)) {
    lines.push(group);
    for (const [item, title] of items) {
      const count = passed.get(item) ?? 0;
      if (count === 0) missing.push(item);
      const state = failed.has(item) ? 'failed' : count === 0 ? 'no test' : `${count} passed`;
      lines.push(`  ${String(item).padStart(3)}  ${title.padEnd(40)} ${state}`);
    }
  }
  return { lines, missing };
}
