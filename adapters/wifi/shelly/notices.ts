// What people should know of the Shelly devices of a home though all of them work: which want a restart, and for which
// there is newer firmware. Of many devices one notice is made.
import type { AdapterNotice } from '../../../hub/model/adapter-port.ts';
import { nodeAddress } from '../../../hub/model/identifiers.ts';
import type { LanTools } from '../family.ts';
import { updateOf } from './components/household.ts';
import { isJson, type Json } from './rpc.ts';

/** More are counted and not named. */
const NAMED_MAX = 8;

interface Said {
  readonly wantsRestart: boolean;
  /** The version that there is; empty: none. */
  readonly update: string;
}

const shelves = new WeakMap<LanTools, Notices>();

/** The notices of an adapter. */
export function noticesOf(tools: LanTools): Notices {
  const known = shelves.get(tools);
  if (known !== undefined) return known;
  const notices = new Notices(tools);
  shelves.set(tools, notices);
  return notices;
}

export class Notices {
  readonly #tools: LanTools;
  readonly #said = new Map<string, Said>();

  constructor(tools: LanTools) {
    this.#tools = tools;
  }

  /** Takes what a device says of itself. */
  heard(id: string, status: Json): void {
    const sys = isJson(status.sys) ? status.sys : {};
    const wantsRestart = sys.restart_required === true;
    const update = updateOf(sys) ?? '';
    const before = this.#said.get(id);
    if (before?.wantsRestart === wantsRestart && before.update === update) return;
    this.#said.set(id, { wantsRestart, update });
    if (before !== undefined || wantsRestart || update !== '') this.#tell();
  }

  /** The device is no longer of the home, or the adapter stops. */
  forget(id: string): void {
    const before = this.#said.get(id);
    this.#said.delete(id);
    if (before?.wantsRestart === true || (before?.update ?? '') !== '') this.#tell();
  }

  #tell(): void {
    const name = (id: string) => this.#tools.context.nameOf(nodeAddress(id)) ?? id;
    const all = [...this.#said].map(([id, said]) => ({ name: name(id), ...said }));
    const restarts = all.filter(({ wantsRestart }) => wantsRestart).map((one) => one.name);
    const updates = all.flatMap(({ name: of, update }) =>
      update === '' ? [] : [`${of} (${update})`],
    );
    const notices: AdapterNotice[] = [];
    if (restarts.length > 0) {
      const { en, zh } = listed(restarts);
      notices.push({
        severity: 'warning',
        text: {
          en: `A setting is not in effect before a restart on its own page: ${en}`,
          zh: `有设置要在设备自己的页面上重启后才生效：${zh}`,
        },
      });
    }
    if (updates.length > 0) {
      const { en, zh } = listed(updates);
      notices.push({
        severity: 'warning',
        text: {
          en: `There is newer firmware, to be installed on the device’s own page: ${en}`,
          zh: `有新固件，可在设备自己的页面上安装：${zh}`,
        },
      });
    }
    this.#tools.context.notices(notices);
  }
}

function listed(names: readonly string[]): { en: string; zh: string } {
  const named = names.slice(0, NAMED_MAX);
  const more = names.length - named.length;
  return {
    en: `${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}`,
    zh: `${named.join('、')}${more === 0 ? '' : `等 ${names.length} 个`}`,
  };
}
