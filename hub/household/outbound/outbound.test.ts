// What may leave the house and how: the owner's list, names that lead inside, redirects, sizes, times, and the push of
// the inbox to a small server that speaks ntfy's publish API. Everything is on loopback.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { NotificationRecord } from '../../model/home.ts';
import { notificationId, outboundId } from '../../model/identifiers.ts';
import type { OutboundCall, OutboundResult, OutboundSettings } from '../../model/outbound.ts';
import { isPublicAddress } from './addresses.ts';
import { isTopicAllowed, isUrlAllowed, tidyRule } from './allow-list.ts';
import { createDispatch } from './dispatch.ts';
import { callHttp } from './http-call.ts';
import { pushToNtfy } from './ntfy.ts';
import { createPush } from './push.ts';
import { changeOutbound, OUTBOUND_SETTING, readOutbound } from './settings.ts';

interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A server on loopback that answers as it is told, and keeps what it heard. */
async function serve(answer: (heard: Heard, response: ServerResponse) => void) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body };
      heard.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push(
    () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { heard, port, address: `http://127.0.0.1:${port}` };
}

const ok = (_heard: Heard, response: ServerResponse) => void response.end('done');

function http(url: string, more: Partial<Extract<OutboundCall, { kind: 'http' }>> = {}) {
  const base = { method: 'POST', headers: {}, body: null, timeoutMs: 3_000 } as const;
  return { kind: 'http', url, ...base, ...more } as const;
}

/** Waits until something is so, with a limit. */
async function until(isSo: () => boolean): Promise<void> {
  const endMs = Date.now() + 5_000;
  while (!isSo()) {
    if (Date.now() > endMs) throw new Error('it never was so');
    await new Promise((done) => setTimeout(done, 5));
  }
}

describe('the list of what may be called', () => {
  test('item 65: nothing leaves that is not on the owner’s list, and a path is compared by whole segments', () => {
    const allow = [tidyRule('https://Hooks.Example/door'), tidyRule('mqtt:ingle/+/state')];
    const may = (url: string) => isUrlAllowed(allow, new URL(url));
    expect(may('https://hooks.example/door')).toBe(true);
    expect(may('https://hooks.example/door/front?x=1')).toBe(true);
    expect(may('https://hooks.example/doors')).toBe(false);
    expect(may('https://hooks.example/door/../admin')).toBe(false);
    expect(may('https://hooks.example/door/%2e%2e/admin')).toBe(false);
    expect(may('https://hooks.example/door%2fx')).toBe(false);
    expect(may('http://hooks.example/door')).toBe(false);
    expect(may('https://hooks.example:8443/door')).toBe(false);
    expect(may('https://hooks.example.evil/door')).toBe(false);
    expect(may('https://user:secret@hooks.example/door')).toBe(false);
    expect(isTopicAllowed(allow, 'ingle/hall/state')).toBe(true);
    expect(isTopicAllowed(allow, 'ingle/hall/lamp/state')).toBe(false);
    expect(isTopicAllowed(allow, '$SYS/state')).toBe(false);
  });

  test('an entry that allows everything, or is nothing, is refused with what would be right', () => {
    for (const bad of ['mqtt:#', 'mqtt:$SYS/x', 'ftp://a', 'nonsense', 'https://a:b@c/', '*']) {
      expect(() => tidyRule(bad)).toThrow(/cannot be allowed/);
    }
  });

  test('what the owner sets is one record, and the token goes nowhere but to its own server', () => {
    const first = changeOutbound(
      { allow: [], push: null },
      { allow: ['https://a.example'] },
      1_000,
    );
    const push = { url: 'https://ntfy.example', topic: 'home', token: 'tk_secret' };
    const second = changeOutbound(first, { push }, 2_000);
    expect(second.push).toMatchObject({ token: 'tk_secret', sinceMs: 2_000 });
    const { token: _token, ...same } = push;
    expect(changeOutbound(second, { push: same }, 3_000).push?.token).toBe('tk_secret');
    const moved = { ...same, url: 'https://other.example' };
    expect(changeOutbound(second, { push: moved }, 3_000).push?.token).toBeNull();
    expect(changeOutbound(second, { remove: ['https://a.example'] }, 3_000).allow).toEqual([]);
    expect(() => changeOutbound(second, { remove: ['https://b.example'] }, 3_000)).toThrow(
      /not on/,
    );
    expect(readOutbound({ [OUTBOUND_SETTING]: '{broken' })).toEqual({ allow: [], push: null });
  });

  test('addresses of homes, machines and nobody are known in every form', () => {
    const inside = ['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.9', '169.254.169.254', '::1'];
    const more = [
      '0.0.0.0',
      '100.64.0.1',
      'fe80::1',
      'fd00::1',
      '::ffff:192.168.1.9',
      '::ffff:7f00:1',
    ];
    for (const one of [...inside, ...more, '64:ff9b::a00:1', '224.0.0.1', '255.255.255.255']) {
      expect(isPublicAddress(one), one).toBe(false);
    }
    for (const one of ['1.1.1.1', '93.184.216.34', '2606:4700::1111']) {
      expect(isPublicAddress(one), one).toBe(true);
    }
  });
});

describe('a call', () => {
  test('item 65: goes to an address of the house that the owner has allowed as it is, with what the scene says', async () => {
    const server = await serve(ok);
    const call = http(`${server.address}/hooks/door`, {
      body: '{"open":true}',
      headers: { 'Content-Type': 'application/json', Host: 'other', Connection: 'keep-alive' },
    });
    expect(await callHttp(call, [`${server.address}/hooks`])).toEqual({
      status: 200,
      problem: null,
    });
    expect(server.heard).toMatchObject([
      { method: 'POST', url: '/hooks/door', body: '{"open":true}' },
    ]);
    expect(server.heard[0]?.headers.host).toBe(`127.0.0.1:${server.port}`);
  });

  test('item 65: that is not on the list is not made at all', async () => {
    const server = await serve(ok);
    const { problem } = await callHttp(http(`${server.address}/x`), ['https://a.example/']);
    expect(problem?.code).toBe('forbidden');
    expect(problem?.hint).toContain('ingle outbound allow');
    expect(server.heard).toEqual([]);
  });

  test('item 65: a foreign name that leads into the house is refused, also where only one of its addresses does', async () => {
    const server = await serve(ok);
    const url = `http://hooks.example:${server.port}/x`;
    const allow = [`http://hooks.example:${server.port}/`];
    for (const addresses of [['127.0.0.1'], ['93.184.216.34', '192.168.1.1'], ['::1']]) {
      const resolve = async () =>
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      const { problem } = await callHttp(http(url), allow, resolve);
      expect(problem?.message).toContain('inside the house');
    }
    const { problem } = await callHttp(http(`http://localhost:${server.port}/`), [
      `http://localhost:${server.port}/`,
    ]);
    expect(problem?.code).toBe('forbidden');
    expect(server.heard).toEqual([]);
  });

  test('item 65: a redirect is followed by a GET alone, and only to what is on the list', async () => {
    const target = await serve(ok);
    const server = await serve(({ url }, response) => {
      const to = url === '/in' ? '/there' : `${target.address}/away`;
      if (url === '/there') response.end('ok');
      else response.writeHead(302, { Location: to }).end();
    });
    const allow = [`${server.address}/`];
    const get = (path: string) => callHttp(http(server.address + path, { method: 'GET' }), allow);
    expect((await get('/in')).problem).toBeNull();
    expect((await get('/out')).problem?.code).toBe('forbidden');
    const posted = await callHttp(http(`${server.address}/in`), allow);
    expect(posted.problem?.message).toContain('sent the call on');
    expect(target.heard).toEqual([]);
  });

  test('item 65: an answer that is too long or too late ends the call, and says that nobody knows', async () => {
    const server = await serve(({ url }, response) => {
      if (url === '/long') response.end('x'.repeat(300 * 1024));
    });
    const allow = [`${server.address}/`];
    const long = await callHttp(http(`${server.address}/long`), allow);
    expect(long.problem?.code).toBe('too-large');
    const late = await callHttp(http(`${server.address}/late`, { timeoutMs: 200 }), allow);
    expect(late.problem).toMatchObject({ code: 'timed-out' });
    expect(late.problem?.hint).toContain('not known');
  });

  test('an error of the other end is told with what it said', async () => {
    const server = await serve((_heard, response) => void response.writeHead(418).end('a teapot'));
    const { status, problem } = await callHttp(http(server.address), [`${server.address}/`]);
    expect(status).toBe(418);
    expect(problem).toMatchObject({ code: 'rejected-by-device', hint: 'It said: a teapot' });
  });
});

describe('calls in their turn', () => {
  test('item 65: each is done once, a few at a time, and its outcome is told again to a core that was started anew', async () => {
    const told: string[] = [];
    let atOnce = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const dispatch = createDispatch({
      calls: {
        http: () => {
          atOnce += 1;
          most = Math.max(most, atOnce);
          return new Promise<OutboundResult>((done) =>
            waiting.push(() => {
              atOnce -= 1;
              done({ status: 200, problem: null });
            }),
          );
        },
        push: async () => ({ problem: null, mayRetry: false }),
      },
      settings: () => ({ allow: [], push: null }),
      publishMqtt: async () => undefined,
      tellCore: (id) => void told.push(id),
      monoMs: () => 0,
    });
    const ids = Array.from({ length: 12 }, (_, index) => outboundId(`out_${index}`));
    dispatch.take(ids.map((id) => ({ id, call: http('https://a.example') })));
    for (let done = 0; done < 12; done++) {
      await until(() => waiting.length > 0);
      waiting.shift()?.();
    }
    await until(() => told.length === 12);
    expect(most).toBe(8);
    dispatch.coreStarted();
    expect(told).toHaveLength(24);
    const mqtt = { kind: 'mqtt', topic: 'ingle/x', payload: '1', retain: false } as const;
    dispatch.take([{ id: outboundId('out_m'), call: mqtt }]);
    await until(() => told.at(-1) === 'out_m');
  });
});

describe('the pushed inbox', () => {
  const message = (id: string, atMs = 1_000): NotificationRecord => ({
    ...{ id: notificationId(`ntf_${id}`), atMs, text: '厨房漏水 Water', urgent: true, to: [] },
    ...{ scene: null, run: null, readAtMs: null },
  });

  function pushing(url: string, retryMs: readonly number[], inbox: NotificationRecord[] = []) {
    const states: string[] = [];
    const settings: OutboundSettings = {
      allow: [],
      push: { url, topic: 'home', token: 'tk_x', sinceMs: 0 },
    };
    const push = createPush({
      calls: { push: (one, channel) => pushToNtfy(one, channel) },
      store: {
        notifications: async () => ({ items: inbox, next: null }),
        setNotification: async (id, change) => {
          const found = inbox.find((one) => one.id === id) ?? message('gone');
          return { ...found, ...change };
        },
      },
      settings: () => settings,
      title: () => 'My home',
      wallMs: () => 2_000,
      changed: ({ delivery }) => void states.push(`${delivery?.state} ${delivery?.attempts}`),
      log: () => undefined,
      retryMs,
    });
    open.push(async () => push.stop());
    return { push, states };
  }

  test('item 60: a message reaches the household’s ntfy server as its publish API wants it', async () => {
    const server = await serve(
      (_heard, response) => void response.end('{"id":"a","event":"message","topic":"home"}'),
    );
    const { push, states } = pushing(server.address, []);
    push.pushed(message('a'));
    await until(() => states.length === 2);
    expect(states).toEqual(['sending 1', 'sent 1']);
    const [heard] = server.heard;
    expect(heard).toMatchObject({ method: 'POST', url: '/' });
    expect(heard?.headers.authorization).toBe('Bearer tk_x');
    expect(JSON.parse(heard?.body ?? '')).toEqual({
      ...{ topic: 'home', title: 'My home', message: '厨房漏水 Water', priority: 5 },
    });
    expect(await push.test('zh')).toMatchObject({ state: 'sent', problem: null });
  });

  test('why a call or a message did not leave is said in Chinese as well', async () => {
    const teapot = await serve((_heard, response) => void response.writeHead(418).end('teapot'));
    const breaks = await serve((_heard, response) => void response.destroy());
    const silent = await serve(() => undefined);
    const away = await serve(
      (_heard, response) => void response.writeHead(302, { Location: '/' }).end(),
    );
    const posted = { ...http(away.address), method: 'POST' as const };
    const inside = async () => [{ address: '192.168.1.4', family: 4 }];
    const unknown = async () => {
      throw new Error('ENOTFOUND');
    };
    const name = 'https://a.example/';
    for (const [{ problem }, words] of [
      [await callHttp(http(teapot.address), [`${teapot.address}/`]), /返回了 418.*它说：teapot/],
      [await callHttp(http(breaks.address), [`${breaks.address}/`]), /还没应答就断开了/],
      [
        await callHttp({ ...http(silent.address), timeoutMs: 50 }, [`${silent.address}/`]),
        /在 0\.05 秒内没有应答/,
      ],
      [await callHttp(posted, [`${away.address}/`]), /把调用转到了/],
      [await callHttp(http(name), [name], inside), /指向家里的 192\.168\.1\.4/],
      [await callHttp(http(name), [name], unknown), /域名服务器不认识 a\.example/],
      [await callHttp(http('http://127.0.0.1:1/'), ['http://127.0.0.1:1/']), /连不上 127/],
    ] as const) {
      expect(`${problem?.zh?.message} ${problem?.zh?.hint}`).toMatch(words);
    }
  });

  test('item 60: it is tried again while it surely did not arrive, at most so often, and the inbox says how it ended', async () => {
    let count = 0;
    const server = await serve((_heard, response) => {
      count += 1;
      response.writeHead(count < 3 ? 503 : 200).end();
    });
    const { push, states } = pushing(server.address, [5, 5, 5]);
    push.pushed(message('a'));
    await until(() => states.at(-1) === 'sent 3');
    const dead = await serve((_heard, response) => void response.writeHead(429).end());
    const never = pushing(dead.address, [5, 5]);
    never.push.pushed(message('b'));
    await until(() => never.states.at(-1) === 'failed 3');
    expect(dead.heard).toHaveLength(3);
  });

  test('item 60: one that was refused, or may have arrived, is not sent again', async () => {
    const refuses = await serve(
      (_heard, response) => void response.writeHead(403).end('{"code":40301,"error":"forbidden"}'),
    );
    const refused = pushing(refuses.address, [5, 5]);
    refused.push.pushed(message('a'));
    await until(() => refused.states.at(-1) === 'failed 1');
    const breaks = await serve((_heard, response) => void response.destroy());
    const broken = pushing(breaks.address, [5, 5]);
    broken.push.pushed(message('b'));
    await until(() => broken.states.at(-1) === 'failed 1');
    expect(breaks.heard).toHaveLength(1);
  });

  test('item 60: after a stop of the hub what was not sent is sent, and what may have been is reported as unknown', async () => {
    const server = await serve(ok);
    const open = { channel: 'ntfy', attempts: 1, atMs: 1_500, problem: null } as const;
    const { push, states } = pushing(
      server.address,
      [],
      [
        message('new'),
        { ...message('half'), delivery: { ...open, state: 'sending' } },
        { ...message('done'), delivery: { ...open, state: 'sent' } },
      ],
    );
    await push.start();
    await until(() => states.includes('sent 1'));
    expect(states).toContain('unknown 1');
    expect(server.heard).toHaveLength(1);
  });
});
