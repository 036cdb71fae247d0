// The smallest whole adapter: one lamp that lives in memory. It shows vendors what an adapter has to do, and the
// tests of the hosts and of the conformance kit run it.
import { HubError, NotFoundError } from '../../../hub/model/errors.ts';
import { nodeAddress } from '../../../hub/model/identifiers.ts';
import { describeProperty, property, propertyKey } from '../../../hub/model/properties.ts';
import { checkValue } from '../../../hub/model/property-value.ts';
import type { CreateAdapter } from '../adapter.ts';

export const LAMP = nodeAddress('lamp-1');
const ON = propertyKey('on');

/** An adapter with one lamp; `settings.misbehave` makes it throw, hang or end as a broken one would. */
export const createLampAdapter: CreateAdapter = (context) => {
  let isOn = false;
  const misbehave = context.settings.misbehave;
  return {
    async start() {
      if (misbehave === 'throw-at-start') throw new HubError('invalid-input', 'No such port');
      context.state({ kind: 'connected', detail: 'one lamp in memory' });
      context.described({
        adapter: context.id,
        node: LAMP,
        manufacturer: 'Example',
        model: 'LAMP1',
        title: 'Example lamp',
        kind: 'switch',
        power: 'mains',
        tier: 'community',
        support: 'exact',
        firmware: null,
        properties: [describeProperty('on')],
        commands: ['identify'],
      });
      context.availability(LAMP, true, null);
      context.report(LAMP, { [ON]: isOn }, 'reconnect');
    },

    async stop() {
      if (misbehave === 'hang-at-stop') await new Promise(() => {});
    },

    send({ id, node, body }) {
      if (node !== LAMP) throw new NotFoundError('node', node);
      if (misbehave === 'throw-later') {
        setTimeout(() => {
          throw new Error('out of the blue');
        }, 0);
        return;
      }
      if (body.kind === 'invoke') {
        if (body.name !== 'identify') throw new HubError('unsupported', `No command ${body.name}`);
        context.event(LAMP, propertyKey('button'), 'single');
        context.outcome(id, 'acknowledged', null);
        return;
      }
      if (body.property !== ON) throw new HubError('unsupported', `No property ${body.property}`);
      const problem = checkValue(property('on'), body.value);
      if (problem !== null) {
        throw new HubError('invalid-input', problem.message, { hint: problem.hint });
      }
      isOn = body.value === true;
      context.outcome(id, 'sent', null);
      context.outcome(id, 'acknowledged', null);
      context.report(LAMP, { [ON]: isOn }, 'report');
    },

    async call(body) {
      switch (body.kind) {
        case 'rename':
          return null;
        case 'describe':
          await this.start();
          return null;
        case 'refresh':
          if (body.node !== LAMP) throw new NotFoundError('node', body.node);
          context.report(LAMP, { [ON]: isOn }, 'read');
          return null;
        case 'statistics':
          return { nodes: 1 };
        default:
          throw new HubError('unsupported', `The lamp cannot "${body.kind}"`);
      }
    },
  };
};
