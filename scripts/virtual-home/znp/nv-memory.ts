// The coordinator's non-volatile memory: plain items by number, and the rows of its extended tables.
// It knows bytes only; what they mean is network-information.ts's.

/** NV items by their number. Source: Z-Stack 3.x ZComDef.h. */
export const NvItem = {
  extendedAddress: 0x0001,
  startupOption: 0x0003,
  networkInformation: 0x0021,
  extendedPanId: 0x002d,
  activeKey: 0x003a,
  alternateKey: 0x003b,
  apsLinkKeyTable: 0x004c,
  configured: 0x0060,
  preconfiguredKey: 0x0062,
  networkKey: 0x0082,
  panId: 0x0083,
  channelList: 0x0084,
  trustCenterSeed: 0x0101,
} as const;

/** Extended tables by their item number (system 1). Source: Z-Stack 3.x, zcomdef and nvintf. */
export const NvTable = {
  addressManager: 1,
  trustCenterLinkKeys: 4,
  apsLinkKeys: 6,
  securityMaterial: 7,
} as const;

/** The memory as it is kept in a file: hexadecimal by `item` or `system/item/row`. */
export type NvImage = Record<string, string>;

/** One coordinator's memory. `onChange` is called after every write. */
export class NvMemory {
  readonly #items = new Map<number, Buffer>();
  readonly #rows = new Map<string, Buffer>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get(item: number): Buffer | undefined {
    return this.#items.get(item);
  }

  set(item: number, value: Buffer): void {
    this.#items.set(item, Buffer.from(value));
    this.#onChange();
  }

  delete(item: number): boolean {
    const existed = this.#items.delete(item);
    if (existed) this.#onChange();
    return existed;
  }

  /** Writes into an item at an offset. False when the item is absent or too short. */
  patch(item: number, offset: number, value: Buffer): boolean {
    const bytes = this.#items.get(item);
    if (bytes === undefined || offset + value.length > bytes.length) return false;
    bytes.set(value, offset);
    this.#onChange();
    return true;
  }

  row(system: number, item: number, index: number): Buffer | undefined {
    return this.#rows.get(`${system}/${item}/${index}`);
  }

  setRow(system: number, item: number, index: number, value: Buffer): void {
    this.#rows.set(`${system}/${item}/${index}`, Buffer.from(value));
    this.#onChange();
  }

  deleteRow(system: number, item: number, index: number): boolean {
    const existed = this.#rows.delete(`${system}/${item}/${index}`);
    if (existed) this.#onChange();
    return existed;
  }

  patchRow(system: number, item: number, index: number, offset: number, value: Buffer): boolean {
    const bytes = this.row(system, item, index);
    if (bytes === undefined || offset + value.length > bytes.length) return false;
    bytes.set(value, offset);
    this.#onChange();
    return true;
  }

  get isEmpty(): boolean {
    return this.#items.size === 0;
  }

  save(): NvImage {
    const image: NvImage = {};
    for (const [item, value] of this.#items) image[String(item)] = value.toString('hex');
    for (const [key, value] of this.#rows) image[key] = value.toString('hex');
    return image;
  }

  load(image: NvImage): void {
    for (const [key, value] of Object.entries(image)) {
      const bytes = Buffer.from(value, 'hex');
      if (key.includes('/')) this.#rows.set(key, bytes);
      else this.#items.set(Number(key), bytes);
    }
  }
}
