// What a node reports and to whom it is bound: told from what it has agreed to, or asked of the node itself; and set,
// within what the node and the radio can.
import type { Controller } from 'zigbee-herdsman';
import { toProblem, ValidationError } from '../../../hub/model/errors.ts';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type {
  BindingTarget,
  LinkChange,
  NodeBinding,
  NodeLinks,
  Reporting,
  SetUp,
} from '../../../hub/model/node-links.ts';
import { within } from '../../contract/host.ts';
import { newSending } from '../commands/outgoing.ts';
import { type Endpoint, sendWithin } from '../coordinator/herdsman.ts';
import type { Setup } from '../joining/setup.ts';
import type { Node } from '../node.ts';
import { nodeError } from '../problems.ts';

const LISTENING_LIMIT_MS = 6_000;
/** A sleeping node answers when it wakes; nobody waits longer for that at a page. */
const SLEEPY_LIMIT_MS = 25_000;
const SECONDS_MAX = 65_534;
/** Of a cluster with many attributes these are named. */
const ATTRIBUTES_SHOWN_MAX = 20;
/** Stands for "not at all". Spec: ZCL 07-5123 r8 § 2.5.7.1.6. */
const NEVER = 65_535;
/** A battery node that reports more often empties its battery. */
const SLEEPY_MINIMUM_SECONDS = 5;
const SLEEPY_MAXIMUM_SECONDS = 60;

export interface LinksOptions {
  readonly setup: Setup;
  live(): Controller;
  known(address: NodeAddress): Node;
  nameOf(node: Node): string;
}

export class Links {
  readonly #options: LinksOptions;

  constructor(options: LinksOptions) {
    this.#options = options;
  }

  async show(node: Node, isAsked: boolean): Promise<NodeLinks> {
    let problem: NodeLinks['problem'] = null;
    if (isAsked) {
      try {
        await this.#ask(node);
      } catch (error) {
        problem = toProblem(nodeError(error, this.#options.nameOf(node)));
      }
    }
    const hub = this.#coordinator().deviceIeeeAddress;
    return {
      setUp: this.#setUpOf(node),
      isAsked: isAsked && problem === null,
      problem,
      reporting: node.device.endpoints.flatMap(reportingOf),
      bindings: node.device.endpoints.flatMap((endpoint) => bindingsOf(endpoint, hub)),
      endpoints: node.device.endpoints.map((endpoint) => ({
        endpoint: endpoint.ID,
        inputs: endpoint.getInputClusters().map(({ name }) => name),
        outputs: endpoint.getOutputClusters().map(({ name }) => name),
      })),
    };
  }

  /** @throws ValidationError that says what is right, or HubError with the node's reason */
  async change(node: Node, change: LinkChange): Promise<NodeLinks> {
    switch (change.kind) {
      case 'report':
        await this.#report(node, change.reporting);
        break;
      case 'bind':
      case 'unbind':
        await this.#bind(node, change.kind, change.binding);
        break;
      case 'configure':
        await this.#configure(node);
        break;
    }
    return this.show(node, false);
  }

  #coordinator(): Endpoint {
    const [endpoint] = this.#options.live().getDevicesByType('Coordinator')[0]?.endpoints ?? [];
    if (endpoint === undefined) throw new ValidationError('The coordinator has no endpoint');
    return endpoint;
  }

  #setUpOf(node: Node): SetUp {
    if (node.definition?.configure === undefined) return { kind: 'none' };
    if (!this.#options.setup.isPending(node)) return { kind: 'done' };
    return { kind: 'pending', attempts: node.configureAttempts, problem: node.configureProblem };
  }

  /** Refreshes what the library knows by the node's own tables. */
  async #ask(node: Node): Promise<void> {
    const limitMs = node.isSleepy ? SLEEPY_LIMIT_MS : LISTENING_LIMIT_MS;
    const deadlineMs = Date.now() + limitMs;
    const controller = this.#options.live();
    for (const endpoint of node.device.endpoints) {
      const clusters = Map.groupBy(endpoint.configuredReportings, ({ cluster }) => cluster.name);
      for (const [cluster, configured] of clusters) {
        const items = configured.map(({ attribute }) => ({ attribute: { ID: attribute.ID } }));
        const sending = newSending(node, { controller, deadlineMs });
        await sendWithin(sending, () => endpoint.readReportingConfig(cluster, items as never));
      }
    }
    await within(node.device.bindingTable(), limitMs, `The binding table of ${node.address}`);
  }

  async #report(node: Node, reporting: Reporting): Promise<void> {
    const endpoint = endpointOf(node, reporting.endpoint);
    const { cluster, attribute, minimumSeconds, maximumSeconds, change } = reporting;
    checkCluster(endpoint, cluster, 'inputs');
    checkAttribute(endpoint, cluster, attribute);
    checkTimes(node, reporting);
    const coordinator = this.#coordinator();
    const isBound = endpoint.binds.some(
      (bind) => bind.cluster.name === cluster && bind.target === coordinator,
    );
    await this.send(node, async () => {
      if (!isBound) await endpoint.bind(cluster, coordinator);
      await endpoint.configureReporting(cluster, [
        {
          attribute: attribute as never,
          minimumReportInterval: minimumSeconds,
          maximumReportInterval: maximumSeconds,
          reportableChange: (change ?? 0) as never,
        },
      ]);
    });
  }

  async #bind(node: Node, kind: 'bind' | 'unbind', binding: NodeBinding): Promise<void> {
    const endpoint = endpointOf(node, binding.endpoint);
    const side = binding.to.kind === 'hub' ? 'either' : 'outputs';
    checkCluster(endpoint, binding.cluster, side);
    await this.bind(node, kind, binding);
  }

  /** Binds whatever cluster the node has. @throws HubError with the node's reason */
  async bind(node: Node, kind: 'bind' | 'unbind', binding: NodeBinding): Promise<void> {
    const endpoint = endpointOf(node, binding.endpoint);
    const target = this.#targetOf(binding.to);
    await this.send(node, async () => {
      if (kind === 'bind') await endpoint.bind(binding.cluster, target);
      else await endpoint.unbind(binding.cluster, target);
    });
  }

  #targetOf(to: BindingTarget<NodeAddress>): Endpoint | number {
    switch (to.kind) {
      case 'hub':
        return this.#coordinator();
      case 'group':
        return to.group;
      case 'device':
        return endpointOf(this.#options.known(to.id), to.endpoint);
    }
  }

  async #configure(node: Node): Promise<void> {
    await this.#options.setup.configure(node, this.#options.live(), true);
    if (node.configureProblem !== null) {
      throw nodeError(new Error(node.configureProblem), this.#options.nameOf(node));
    }
  }

  /** Says something to a node within its limits. @throws HubError with the node's reason */
  async send(node: Node, act: () => Promise<void>): Promise<void> {
    const controller = this.#options.live();
    const limitMs = node.isSleepy ? SLEEPY_LIMIT_MS : LISTENING_LIMIT_MS;
    const sending = newSending(node, { controller, deadlineMs: Date.now() + limitMs });
    try {
      await sendWithin(sending, act);
    } catch (error) {
      throw nodeError(error, this.#options.nameOf(node));
    }
  }
}

function reportingOf(endpoint: Endpoint): Reporting[] {
  return endpoint.configuredReportings.map((each) => ({
    endpoint: endpoint.ID,
    cluster: each.cluster.name,
    attribute: each.attribute.name ?? String(each.attribute.ID),
    minimumSeconds: each.minimumReportInterval,
    maximumSeconds: each.maximumReportInterval,
    change: typeof each.reportableChange === 'number' ? each.reportableChange : null,
  }));
}

function bindingsOf(endpoint: Endpoint, hub: string): NodeBinding[] {
  return endpoint.binds.map(({ cluster, target }) => ({
    endpoint: endpoint.ID,
    cluster: cluster.name,
    to:
      'groupID' in target
        ? { kind: 'group', group: target.groupID }
        : target.deviceIeeeAddress === hub
          ? { kind: 'hub' }
          : {
              kind: 'device',
              id: target.deviceIeeeAddress as NodeAddress,
              endpoint: target.ID,
            },
  }));
}

function endpointOf(node: Node, id: number): Endpoint {
  const endpoint = node.device.getEndpoint(id);
  if (endpoint !== undefined) return endpoint;
  const known = node.device.endpoints.map(({ ID }) => ID).join(', ');
  throw new ValidationError(`It has no endpoint ${id}`, {
    hint: `It has: ${known}.`,
    zh: { message: `它没有端点 ${id}`, hint: `它有：${known}。` },
  });
}

function checkCluster(
  endpoint: Endpoint,
  cluster: string,
  side: 'inputs' | 'outputs' | 'either',
): void {
  const inputs = side === 'outputs' ? [] : endpoint.getInputClusters();
  const outputs = side === 'inputs' ? [] : endpoint.getOutputClusters();
  const known = [...inputs, ...outputs].map(({ name }) => name);
  if (known.includes(cluster)) return;
  throw new ValidationError(`Endpoint ${endpoint.ID} has no cluster "${cluster}" for that`, {
    hint: `It has: ${known.join(', ')}.`,
    zh: {
      message: `端点 ${endpoint.ID} 没有可用于此的簇“${cluster}”`,
      hint: `它有：${known.join('、')}。`,
    },
  });
}

function checkAttribute(endpoint: Endpoint, cluster: string, attribute: string): void {
  const row = endpoint.getInputClusters().find(({ name }) => name === cluster);
  const known = Object.keys(row?.attributes ?? {});
  if (known.includes(attribute)) return;
  const shown = known.slice(0, ATTRIBUTES_SHOWN_MAX);
  const isMore = known.length > shown.length;
  throw new ValidationError(`The cluster ${cluster} has no attribute "${attribute}"`, {
    hint: `It has: ${shown.join(', ')}${isMore ? ', …' : '.'}`,
    zh: {
      message: `簇 ${cluster} 没有属性“${attribute}”`,
      hint: `它有：${shown.join('、')}${isMore ? '……' : '。'}`,
    },
  });
}

function checkTimes(node: Node, { minimumSeconds, maximumSeconds }: Reporting): void {
  const isNever = maximumSeconds === NEVER;
  const isInRange =
    isWhole(minimumSeconds) && (isNever || (isWhole(maximumSeconds) && maximumSeconds >= 0));
  const isOrdered = isNever || maximumSeconds === 0 || minimumSeconds <= maximumSeconds;
  if (!isInRange || !isOrdered) {
    throw new ValidationError(
      `${minimumSeconds} s and ${maximumSeconds} s are no least and longest time between reports`,
      {
        hint: `Whole seconds up to ${SECONDS_MAX}, the least not above the longest; ${NEVER} as the longest ends the reports.`,
        zh: {
          message: `${minimumSeconds} 秒和 ${maximumSeconds} 秒不是有效的最短和最长上报间隔`,
          hint: `须为不超过 ${SECONDS_MAX} 的整数秒，最短不大于最长；最长为 ${NEVER} 表示停止上报。`,
        },
      },
    );
  }
  if (!node.isSleepy || isNever) return;
  const isGentle =
    minimumSeconds >= SLEEPY_MINIMUM_SECONDS &&
    (maximumSeconds === 0 || maximumSeconds >= SLEEPY_MAXIMUM_SECONDS);
  if (isGentle) return;
  throw new ValidationError('That would empty its battery', {
    hint: `A battery device reports at the earliest after ${SLEEPY_MINIMUM_SECONDS} s, and by itself at most once in ${SLEEPY_MAXIMUM_SECONDS} s.`,
    zh: {
      message: '这样会很快耗尽它的电池',
      hint: `电池设备的最短间隔不小于 ${SLEEPY_MINIMUM_SECONDS} 秒，最长间隔不小于 ${SLEEPY_MAXIMUM_SECONDS} 秒。`,
    },
  });
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= SECONDS_MAX;
}
