// The disk of the test home: what the journal's records come to, by table and key.
import type { Patch } from '../../../hub/model/state-table.ts';
import type { SceneTables } from '../evaluator.ts';

/** What is on disk of the scenes' tables. */
export class TestDisk {
  #kept = new Map<string, Map<string, string>>();

  /** As the core does: entries that can wait go with the next record that cannot. */
  record(tables: SceneTables): void {
    if (!tables.all.some((table) => !table.isPatient && table.isUnrecorded)) return;
    const patches: Patch[] = [];
    for (const table of tables.all) table.record(patches);
    for (const { table, key, value } of patches) {
      const kept = this.#kept.get(table) ?? new Map<string, string>();
      this.#kept.set(table, kept);
      if (value === undefined) kept.delete(key);
      else kept.set(key, JSON.stringify(value));
    }
  }

  /** The entries with which the next core begins, a list for each table: those on disk, or all that the last one had. */
  cut(tables: SceneTables, fromDisk: boolean): [string, unknown][][] {
    const json = tables.all.map((table) =>
      fromDisk
        ? [...(this.#kept.get(table.name) ?? [])]
        : table.entries().map(([key, value]): [string, string] => [key, JSON.stringify(value)]),
    );
    this.#kept = new Map(tables.all.map(({ name }, index) => [name, new Map(json[index] ?? [])]));
    return json.map((entries) => entries.map(([key, value]) => [key, JSON.parse(value)]));
  }
}
