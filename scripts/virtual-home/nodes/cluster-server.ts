// One server cluster on one endpoint of an emulated node: its attributes, their reporting, and the behaviour that
// answers its commands and feels the physical world. What a cluster does stands in clusters/.

import type { ByteReader } from '../bytes.ts';
import type { AttributeModel } from '../devices/model.ts';
import type { Cancel } from '../timers.ts';
import type { ZclFrame } from '../zcl/frame.ts';
import type { ZclValue } from '../zcl/values.ts';
import type { VirtualNode } from './node.ts';
import {
  FIRST_UNASKED_REPORT_MS,
  Reporter,
  type ReportingConfiguration,
  type ReportPolicy,
} from './reporting.ts';

/** An attribute that a cluster has unless the device file says otherwise. */
export interface AttributeDefault {
  id: number;
  type: number;
  value: ZclValue;
  isWritable?: boolean;
}

/** How a command went: a status for the default response, or an answer of its own. */
export type CommandOutcome =
  | { kind: 'status'; status: number }
  | { kind: 'response'; command: number; payload: Buffer }
  | { kind: 'silent' };

export const DONE: CommandOutcome = { kind: 'status', status: 0 };

/** A physical quantity as the control port gives it. */
export type InputValue = number | boolean;

/** What a cluster does. `inputs` are the physical quantities that it senses or has, by name. */
export interface ClusterBehaviour {
  cluster: number;
  attributes: readonly AttributeDefault[];
  commands?: Readonly<
    Record<number, (server: ClusterServer, payload: ByteReader, frame: ZclFrame) => CommandOutcome>
  >;
  inputs?: Readonly<
    Record<string, (server: ClusterServer, value: InputValue, policy: ReportPolicy) => void>
  >;
  /** The physical state to show, by the same names as the inputs. */
  state?: (server: ClusterServer) => Record<string, number | boolean | string>;
  /** Called after an attribute was written over the air. */
  written?: (server: ClusterServer, attribute: number) => void;
  /** Called when the node has joined, or comes back with a network it knows. */
  joined?: (server: ClusterServer) => void;
}

/** One attribute's state. */
export class Attribute {
  readonly id: number;
  readonly type: number;
  readonly manufacturerCode: number;
  readonly isWritable: boolean;
  readonly factoryReporting: ReportingConfiguration | undefined;
  readonly factoryValue: ZclValue;
  value: ZclValue;
  reporter: Reporter | undefined;

  constructor(source: AttributeDefault & Partial<AttributeModel>) {
    this.id = source.id;
    this.type = source.type;
    this.manufacturerCode = source.manufacturerCode ?? 0;
    this.isWritable = source.isWritable ?? false;
    this.factoryReporting = source.reporting;
    this.factoryValue = source.value;
    this.value = source.value;
  }
}

function attributeKey(id: number, manufacturerCode: number): number {
  return manufacturerCode * 0x1_0000 + id;
}

/** A cluster on an endpoint. */
export class ClusterServer {
  readonly node: VirtualNode;
  readonly endpoint: number;
  readonly cluster: number;
  readonly behaviour: ClusterBehaviour | undefined;
  /** What the behaviour keeps between commands: running timers, by name. */
  readonly running = new Map<string, Cancel>();
  /** Memory that is no attribute: scenes, pin codes. Forgotten with the network. */
  readonly notes = new Map<string, unknown>();
  readonly #attributes = new Map<number, Attribute>();

  constructor(
    node: VirtualNode,
    endpoint: number,
    cluster: number,
    options: { behaviour: ClusterBehaviour | undefined; attributes: readonly AttributeModel[] },
  ) {
    this.node = node;
    this.endpoint = endpoint;
    this.cluster = cluster;
    this.behaviour = options.behaviour;
    for (const source of options.behaviour?.attributes ?? []) this.#add(new Attribute(source));
    for (const source of options.attributes) {
      const standard = this.#attributes.get(attributeKey(source.id, source.manufacturerCode));
      const isWritable = source.isWritable || (standard?.isWritable ?? false);
      this.#add(new Attribute({ ...source, isWritable }));
    }
  }

  #add(attribute: Attribute): void {
    this.#attributes.set(attributeKey(attribute.id, attribute.manufacturerCode), attribute);
  }

  get attributes(): Iterable<Attribute> {
    return this.#attributes.values();
  }

  attribute(id: number, manufacturerCode = 0): Attribute | undefined {
    return this.#attributes.get(attributeKey(id, manufacturerCode));
  }

  /** The number in an attribute; `fallback` when there is none. */
  number(id: number, fallback = 0): number {
    const value = this.attribute(id)?.value;
    return typeof value === 'number' ? value : fallback;
  }

  /** Sets an attribute, if the device has it, and reports it as configured or at once. */
  set(id: number, value: ZclValue, policy: ReportPolicy = 'configured'): void {
    const attribute = this.attribute(id);
    if (attribute !== undefined) this.assign(attribute, value, policy);
  }

  assign(attribute: Attribute, value: ZclValue, policy: ReportPolicy): void {
    const hasChanged = attribute.value !== value;
    attribute.value = value;
    if (hasChanged) this.node.stateChanged();
    if (attribute.reporter !== undefined) attribute.reporter.changed(policy);
    else if (policy === 'now') this.report(attribute);
  }

  /** Puts a report of one attribute on the air, if it has somewhere to go. */
  report(attribute: Attribute): void {
    this.node.report(this, attribute);
  }

  /** Sets how an attribute is reported; undefined ends it. */
  configureReporting(
    attribute: Attribute,
    configuration: ReportingConfiguration | undefined,
    firstReportMs?: number,
  ): void {
    attribute.reporter?.stop();
    attribute.reporter = undefined;
    if (configuration !== undefined) {
      const source = { value: () => attribute.value, send: () => this.report(attribute) };
      const { timers } = this.node;
      attribute.reporter = new Reporter(timers, configuration, source, firstReportMs);
    }
    this.node.configurationChanged();
  }

  /** Another server cluster on the same endpoint. */
  sibling(cluster: number): ClusterServer | undefined {
    return this.node.server(this.endpoint, cluster);
  }

  /** Sends a cluster command of the server to its client: a notification. */
  notify(command: number, payload: Buffer): void {
    this.node.sendCommand({
      endpoint: this.endpoint,
      cluster: this.cluster,
      command,
      payload,
      manufacturerCode: 0,
      isGlobal: false,
      toClient: true,
    });
  }

  /** Runs `act` later under a name; an earlier one of that name is ended. */
  later(name: string, delayMs: number, act: () => void): void {
    this.running.get(name)?.();
    this.running.set(name, this.node.timers.after(delayMs, act));
  }

  /** Runs `act` again and again under a name, until it returns false. */
  repeat(name: string, periodMs: number, act: () => boolean): void {
    this.end(name);
    const cancel = this.node.timers.every(periodMs, () => {
      if (act()) return;
      cancel();
      if (this.running.get(name) === cancel) this.running.delete(name);
    });
    this.running.set(name, cancel);
  }

  end(name: string): void {
    this.running.get(name)?.();
    this.running.delete(name);
  }

  /** Back to the factory's settings: what joining another network does. */
  reset(): void {
    for (const cancel of this.running.values()) cancel();
    this.running.clear();
    this.notes.clear();
    for (const attribute of this.#attributes.values()) {
      attribute.reporter?.stop();
      attribute.reporter = undefined;
      attribute.value = attribute.factoryValue;
    }
  }

  /** Starts factory reporting and the behaviour, once the node is in a network. */
  start(): void {
    for (const attribute of this.#attributes.values()) {
      if (attribute.factoryReporting !== undefined && attribute.reporter === undefined) {
        this.configureReporting(attribute, attribute.factoryReporting, FIRST_UNASKED_REPORT_MS);
      }
    }
    this.behaviour?.joined?.(this);
  }

  /** Ends all timers; attributes stay. */
  stop(): void {
    for (const cancel of this.running.values()) cancel();
    this.running.clear();
    for (const attribute of this.#attributes.values()) attribute.reporter?.stop();
  }
}
