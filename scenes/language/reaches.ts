// Which devices a scene means by room, label and kind without naming them, and what it does with them or asks of them.
// A device that becomes another one may fall out of such a choice, or into it, and no text of the scene says so.
import type { DeviceKind } from '../../hub/model/properties.ts';
import type { SceneReach } from '../../hub/model/scene-language-port.ts';
import { EACH } from './each.ts';
import type { Selection } from './effect-steps.ts';
import type { Scene } from './scene.ts';
import type { Selection as StateSelection } from './state.ts';

type Use = SceneReach['uses'][number];
type Plain = Readonly<Record<string, unknown>>;

/** The choices of a scene, each once. */
export function reachesOf(scene: Scene): SceneReach[] {
  const found: SceneReach[] = [];
  const walk = (node: unknown): void => {
    if (!isMap(node) && !Array.isArray(node)) return;
    if (isMap(node)) found.push(...reachIn(node));
    for (const inner of Object.values(node)) walk(inner);
  };
  walk([scene.when, scene.while, scene.do]);
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

function isMap(node: unknown): node is Plain {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

/** What a node of the tree chooses by itself; its own inner nodes are walked besides. */
function reachIn(node: Plain): SceneReach[] {
  // A step on devices that are chosen together.
  if (isMap(node.group) && isMap(node.group.select)) {
    return [reachOf(node.group.select as unknown as Selection, groupUses(node.group))];
  }
  if (isMap(node.select)) {
    // Remembering and putting back whatever they have.
    const isWhole = node.kind === 'snapshot' || node.kind === 'restore';
    return isWhole ? [reachOf(node.select as unknown as Selection, [])] : [];
  }
  if (isMap(node.by) && isMap(node.by.select)) {
    return [reachOf(node.by.select as unknown as Selection, eachUses(node.steps))];
  }
  if (node.kind === 'quantity' && isMap(node.of) && typeof node.property === 'string') {
    const { room, label, deviceKind } = node.of as unknown as StateSelection;
    const uses: Use[] = [{ kind: 'read', name: node.property }];
    // Its reader takes kinds of device alone.
    const kind = deviceKind as DeviceKind | null;
    return [{ room, label, kind, except: [], uses }];
  }
  return [];
}

function reachOf(select: Selection, uses: readonly Use[]): SceneReach {
  const { room = null, label = null, kind = null, except } = select;
  return { room, label, kind, except, uses };
}

/** Of a step that sets, turns over, steps or commands. */
function groupUses(group: Plain): Use[] {
  if (isMap(group.command)) return [{ kind: 'command', name: String(group.command.name) }];
  if (typeof group.property === 'string') return [{ kind: 'set', name: group.property }];
  const rows = [group.values, group.by].flatMap((list) => (Array.isArray(list) ? list : []));
  return rows.flatMap((row: unknown) =>
    isMap(row) ? [{ kind: 'set' as const, name: String(row.property) }] : [],
  );
}

/** What the steps of a repeat do with the device of the round. */
function eachUses(steps: unknown): Use[] {
  const uses = new Map<string, Use>();
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const inner of node) walk(inner);
    if (!isMap(node)) return;
    if (node.device === EACH) {
      const isSet = 'value' in node || 'by' in node || 'to' in node;
      const use: Use | null =
        typeof node.property === 'string'
          ? { kind: isSet ? 'set' : 'read', name: node.property }
          : typeof node.name === 'string'
            ? { kind: 'command', name: node.name }
            : null;
      if (use !== null) uses.set(`${use.kind} ${use.name}`, use);
    }
    for (const inner of Object.values(node)) walk(inner);
  };
  walk(steps);
  return [...uses.values()];
}
