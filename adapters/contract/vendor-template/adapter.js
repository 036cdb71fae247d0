// @ts-check
// A lamp that speaks one JSON object a line over TCP: the smallest whole adapter. Replace the lamp with your device.
import net from 'node:net';

const RETRY_MS = 1_000;
const ANSWER_WITHIN_MS = 2_000;

/** @type {import('./ingle-adapter.d.ts').CreateAdapter} */
export function createAdapter(context, tools) {
  const { HubError, NotFoundError, nodeAddress, propertyKey, describeProperty } = tools;
  const { address, port } = context.settings;
  const LAMP = nodeAddress('lamp-1');
  const ON = propertyKey('on');

  /** @type {net.Socket | null} */
  let socket = null;
  let isOnline = false;
  let isStopped = false;
  /** @type {NodeJS.Timeout | undefined} */
  let retryTimer;
  let lastNumber = 0;
  /** What the lamp was asked and has not answered yet, by its number. */
  /** @type {Map<number, { done: () => void, fail: (error: Error) => void }>} */
  const asked = new Map();

  function describe() {
    context.described({
      adapter: context.id,
      node: LAMP,
      manufacturer: 'Example',
      model: 'Line lamp',
      title: 'Line lamp',
      kind: 'light',
      power: 'mains',
      tier: 'community',
      support: 'exact',
      firmware: null,
      properties: [describeProperty('on')],
      commands: ['identify'],
    });
  }

  /** @param {boolean} online @param {string | null} reason */
  function tellOnline(online, reason) {
    if (online === isOnline) return;
    isOnline = online;
    context.availability(LAMP, online, reason);
  }

  function connect() {
    let rest = '';
    const line = net.connect({ host: String(address), port: Number(port) });
    socket = line;
    line.setEncoding('utf8');
    line.on('connect', () => {
      context.state({ kind: 'connected', detail: `${address}:${port}` });
      describe();
      tellOnline(true, null);
      ask({ get: true }).catch(() => {});
    });
    line.on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      // A device that never ends its line must not fill the memory.
      if (rest.length > 10_000) line.destroy();
      for (const each of lines) heard(each);
    });
    line.on('error', (error) => context.log('debug', `The lamp: ${error.message}`));
    line.on('close', () => {
      for (const { fail } of asked.values()) {
        fail(new HubError('unreachable', `The lamp at ${address} closed the connection`));
      }
      asked.clear();
      tellOnline(false, `It does not answer at ${address}`);
      if (!isStopped) retryTimer = setTimeout(connect, RETRY_MS);
    });
  }

  /** @param {string} text */
  function heard(text) {
    /** @type {{ number?: number, on?: unknown, pressed?: boolean }} */
    let said;
    try {
      said = JSON.parse(text);
    } catch {
      context.log('warn', 'The lamp said what is no JSON');
      return;
    }
    if (typeof said.on === 'boolean') context.report(LAMP, { [ON]: said.on }, 'report');
    if (said.number === undefined) return;
    asked.get(said.number)?.done();
    asked.delete(said.number);
  }

  /** Asks the lamp; resolves once it has answered. */
  /** @param {object} what @returns {Promise<void>} */
  function ask(what) {
    const line = socket;
    if (line === null || !isOnline) {
      return Promise.reject(new HubError('unreachable', `The lamp at ${address} does not answer`));
    }
    lastNumber += 1;
    const number = lastNumber;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        asked.delete(number);
        reject(new HubError('timed-out', 'The lamp did not answer in time'));
      }, ANSWER_WITHIN_MS);
      /** @param {() => void} end */
      const once = (end) => () => {
        clearTimeout(timer);
        end();
      };
      asked.set(number, {
        done: once(resolve),
        fail: (error) => once(() => reject(error))(),
      });
      line.write(`${JSON.stringify({ ...what, number })}\n`);
    });
  }

  /** @param {string} node */
  function check(node) {
    if (node !== LAMP) throw new NotFoundError('node', node);
  }

  return {
    async start() {
      if (typeof address !== 'string' || address === '' || typeof port !== 'number') {
        throw new HubError('invalid-input', 'The address and the port of the lamp are not set', {
          hint: 'Set them under House, Adapters.',
          zh: { message: '还没有设置灯的地址和端口', hint: '请在“全屋 › 适配器”里设置。' },
        });
      }
      context.state({ kind: 'connecting' });
      connect();
    },

    async stop() {
      isStopped = true;
      clearTimeout(retryTimer);
      socket?.destroy();
    },

    async send({ id, node, body }) {
      check(node);
      if (body.kind === 'invoke') {
        if (body.name !== 'identify') {
          throw new HubError('unsupported', `The lamp has no command "${body.name}"`);
        }
        await ask({ blink: true });
        context.outcome(id, 'acknowledged', null);
        return;
      }
      if (body.property !== ON) {
        throw new HubError('unsupported', `The lamp has no property "${body.property}"`);
      }
      if (typeof body.value !== 'boolean') {
        throw new HubError('invalid-input', 'on is true or false');
      }
      const answer = ask({ set: body.value });
      context.outcome(id, 'sent', null);
      await answer;
      context.outcome(id, 'acknowledged', null);
    },

    async call(body) {
      switch (body.kind) {
        case 'describe':
          describe();
          return null;
        case 'rename':
          return null;
        case 'refresh':
          check(body.node);
          await ask({ get: true });
          return null;
        default:
          throw new HubError('unsupported', `This adapter cannot "${body.kind}"`);
      }
    },
  };
}
