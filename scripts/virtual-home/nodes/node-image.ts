// A node's state as the home's file keeps it: membership, bindings, groups, and what differs from the factory.

import type { ZclValue } from '../zcl/values.ts';
import type { Attribute, ClusterServer } from './cluster-server.ts';
import type { Binding, Membership, VirtualNode } from './node.ts';
import type { ReportingConfiguration } from './reporting.ts';

/** What is kept of a node. Attributes are named `endpoint/cluster/attribute/manufacturer`. */
export interface NodeImage {
  membership: Membership | undefined;
  bindings: Binding[];
  groups: Record<string, number[]>;
  attributes: Record<string, ZclValue>;
  reporting: Record<string, ReportingConfiguration>;
  /** File version of its firmware, where it can be updated. */
  fileVersion?: number;
}

/** Takes a node's state. */
export function saveNode(node: VirtualNode): NodeImage {
  const attributes: Record<string, ZclValue> = {};
  const reporting: Record<string, ReportingConfiguration> = {};
  for (const server of node.servers) {
    for (const attribute of server.attributes) {
      const { id, manufacturerCode, reporter } = attribute;
      const key = `${server.endpoint}/${server.cluster}/${id}/${manufacturerCode}`;
      if (attribute.value !== attribute.factoryValue) attributes[key] = attribute.value;
      if (reporter !== undefined) reporting[key] = reporter.configuration;
    }
  }
  return {
    membership: node.membership,
    bindings: node.bindings,
    groups: Object.fromEntries([...node.groups].map(([id, groups]) => [id, [...groups]])),
    attributes,
    reporting,
    ...(node.firmware === undefined ? {} : { fileVersion: node.firmware.fileVersion }),
  };
}

/** Gives a new node the state that was kept. What its device file no longer has is left out. */
export function loadNode(node: VirtualNode, image: NodeImage): void {
  node.membership = image.membership;
  node.bindings = image.bindings;
  if (node.firmware !== undefined && image.fileVersion !== undefined) {
    node.firmware.fileVersion = image.fileVersion;
  }
  for (const [id, groups] of Object.entries(image.groups)) {
    node.groups.set(Number(id), new Set(groups));
  }
  for (const [key, value] of Object.entries(image.attributes)) {
    const attribute = find(node, key)?.attribute;
    if (attribute !== undefined) attribute.value = value;
  }
  for (const [key, configuration] of Object.entries(image.reporting)) {
    const found = find(node, key);
    found?.server.configureReporting(found.attribute, configuration);
  }
}

function find(
  node: VirtualNode,
  key: string,
): { server: ClusterServer; attribute: Attribute } | undefined {
  const [endpoint = 0, cluster = 0, id = 0, manufacturerCode = 0] = key.split('/').map(Number);
  const server = node.server(endpoint, cluster);
  const attribute = server?.attribute(id, manufacturerCode);
  return server === undefined || attribute === undefined ? undefined : { server, attribute };
}
