// The checks that the running hub answers: that it is there, its clock, its adapters, how much it writes, its notices.
import type { HealthJson, HomeJson, SettingJson } from '../../api/shapes.ts';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { type Finding, finding, worstOf } from './finding.ts';
import { canConnect } from './machine-checks.ts';

/** What the hub told; null parts where it does not run or does not say. */
export interface HubFacts {
  readonly isRunning: boolean;
  /** Something else listens where the hub would. */
  readonly isPortTaken: boolean;
  readonly health: HealthJson | null;
  readonly home: HomeJson | null;
  readonly coordinator: string | null;
  readonly writtenBytes: number | null;
}

/** An SD card of the smallest usual kind bears some 30 TB: this a day wears it out in fifteen years. */
const WRITES_WARN_BYTES_PER_DAY = 5_000_000_000;
/** In the first minutes a start counts for more than the rest of the day. */
const WRITES_FROM_MS = 10 * 60_000;
const CLOCK_FROM_MS = Date.UTC(2026, 0, 1);
const CLOCK_APART_MS = 60_000;

export async function askHub({ client }: Context): Promise<HubFacts> {
  const nobody = { health: null, home: null, coordinator: null, writtenBytes: null };
  try {
    await client.request<unknown>('GET', '/healthz', { withoutToken: true });
  } catch {
    const port = Number(client.hub.port || (client.hub.protocol === 'https:' ? 443 : 80));
    const isPortTaken = await canConnect(client.hub.hostname, port);
    return { isRunning: false, isPortTaken, ...nobody };
  }
  /** A stranger is told that the hub runs, and no more. */
  const told = async <Body>(ask: () => Promise<Body>): Promise<Body | null> => {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof CliError) return null;
      throw error;
    }
  };
  const settings = await told(() => client.list<SettingJson>('/api/settings'));
  const metrics = await told(() => client.text('/metrics'));
  const written = /^ingle_storage_written_bytes_total(?:\{[^}]*\})? (\S+)$/m.exec(metrics ?? '');
  return {
    isRunning: true,
    isPortTaken: false,
    health: await told(() => client.get<HealthJson>('/api/health')),
    home: await told(() => client.get<HomeJson>('/api/home')),
    coordinator: settings?.find(({ name }) => name === 'zigbee.port')?.value ?? null,
    writtenBytes: written ? Number(written[1]) : null,
  };
}

const NOT_RUNNING = { en: 'The hub is not running', zh: '中枢没有运行' };
const NOT_TOLD = {
  en: 'The hub did not tell: run this as its user, or use ingle login',
  zh: '中枢没有告知：请用它的用户运行，或先 ingle login',
};
const skipped = (check: string, { isRunning }: HubFacts) =>
  finding(check, 'skipped', isRunning ? NOT_TOLD : NOT_RUNNING);

export function checkHub(facts: HubFacts, address: string): Finding {
  if (facts.isRunning) {
    const { health } = facts;
    const version = health === null ? '' : ` (Ingle ${health.version})`;
    if (health !== null && !health.ready) {
      const waits = health.waitingFor.join(', ');
      return finding(
        'hub',
        'warn',
        { en: `The hub is starting; it waits for ${waits}`, zh: `中枢正在启动，等待：${waits}` },
        { en: 'Look again in a minute.', zh: '请一分钟后再看。' },
      );
    }
    return finding('hub', 'ok', {
      en: `The hub answers at ${address}${version}`,
      zh: `中枢在 ${address} 应答${version}`,
    });
  }
  if (facts.isPortTaken) {
    return finding(
      'hub',
      'fail',
      { en: `Another program answers at ${address}`, zh: `${address} 上是另一个程序` },
      {
        en: 'Stop that one, or give the hub another port with INGLE_PORT.',
        zh: '请停止那个程序，或用 INGLE_PORT 给中枢换一个端口。',
      },
    );
  }
  return finding(
    'hub',
    'warn',
    { en: `The hub is not running; ${address} is free`, zh: `中枢没有运行；${address} 空闲` },
    { en: 'Start it with npm start.', zh: '用 npm start 启动。' },
  );
}

export function checkClock(facts: HubFacts, nowMs: number): Finding {
  if (nowMs < CLOCK_FROM_MS) {
    return finding(
      'clock',
      'fail',
      { en: "This machine's clock is far in the past", zh: '本机时钟远远落后' },
      { en: 'Connect it to the internet once, or set the date.', zh: '请联网一次，或设置日期。' },
    );
  }
  if (facts.home === null) {
    return finding('clock', 'ok', { en: "This machine's clock is set", zh: '本机时钟已设置' });
  }
  const { state, now } = facts.home.clock;
  if (state === 'unset') {
    return finding(
      'clock',
      'fail',
      { en: 'The hub does not know the time', zh: '中枢不知道现在的时间' },
      {
        en: 'Open the page and take the time from the browser, or connect the hub to the internet once.',
        zh: '请打开页面使用浏览器的时间，或让中枢联网一次。',
      },
    );
  }
  if (Math.abs(Date.parse(now) - nowMs) > CLOCK_APART_MS) {
    return finding(
      'clock',
      'warn',
      {
        en: "The hub's clock and this one differ by more than a minute",
        zh: '中枢与本机的时间相差一分钟以上',
      },
      { en: 'Check which of them is wrong.', zh: '请检查哪一个不对。' },
    );
  }
  return finding('clock', 'ok', { en: `The hub's clock is ${state}`, zh: '中枢的时钟已设置' });
}

export function checkAdapters(facts: HubFacts): Finding {
  const { health } = facts;
  if (health === null) return skipped('adapters', facts);
  const faults = health.adapters
    .filter(({ state }) => state === 'fault' || state === 'connecting')
    .map(({ id, state }) =>
      finding(
        'adapters',
        state === 'fault' ? 'fail' : 'warn',
        { en: `${id} is not connected`, zh: `${id} 没有连接` },
        { en: 'ingle status says why, and what to do.', zh: 'ingle status 会说明原因和办法。' },
      ),
    );
  const names = health.adapters.map(({ id }) => id).join(', ');
  return worstOf('adapters', faults, {
    en: names === '' ? 'No adapter is set up' : `Adapters are well: ${names}`,
    zh: names === '' ? '没有设置适配器' : `适配器正常：${names}`,
  });
}

export function checkWrites(facts: HubFacts, nowMs: number): Finding {
  const { health, writtenBytes } = facts;
  if (health === null || writtenBytes === null) return skipped('writes', facts);
  const upMs = nowMs - Date.parse(health.startedAt);
  const perDay = (writtenBytes / Math.max(upMs, 1)) * 86_400_000;
  const megabytes = Math.round(perDay / 1_000_000);
  if (upMs < WRITES_FROM_MS) {
    return finding('writes', 'ok', {
      en: 'The hub has just started; what it writes a day is not known yet',
      zh: '中枢刚刚启动，还不知道每天写入多少',
    });
  }
  const text = {
    en: `About ${megabytes} MB a day are written`,
    zh: `每天大约写入 ${megabytes} MB`,
  };
  return perDay < WRITES_WARN_BYTES_PER_DAY
    ? finding('writes', 'ok', text)
    : finding('writes', 'warn', text, {
        en: 'That wears an SD card out. ingle watch shows which device reports so often.',
        zh: '这会损耗 SD 卡。ingle watch 可显示哪个设备上报过于频繁。',
      });
}

export function checkNotices(facts: HubFacts): Finding {
  const { health } = facts;
  if (health === null) return skipped('notices', facts);
  const [worst] = health.notices;
  if (worst === undefined) {
    return finding('notices', 'ok', { en: 'The hub reports no faults', zh: '中枢没有报告故障' });
  }
  return finding('notices', worst.severity === 'fault' ? 'fail' : 'warn', worst.text, {
    en: 'ingle status lists all of them.',
    zh: 'ingle status 会列出全部。',
  });
}
