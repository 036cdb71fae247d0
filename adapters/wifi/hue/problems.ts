// What can be wrong with a Hue bridge, in words for the household: its key, its certificate, its button, what it says
// when it does not do something.
import { HubError, UnreachableError } from '../../../hub/model/errors.ts';

const MAX_SAID = 3;
const SAID_CHARACTERS_MAX = 300;
/** The bridge names a lamp by an id that nobody knows. */
const AN_ID = / [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** The bridge answered that a command was not done, or may not have been. */
export class CommandRefusal extends Error {
  readonly kind: 'busy' | 'gone' | 'refused';
  readonly status: number;
  /** Its own words, without ids. */
  readonly said: readonly string[];

  constructor(kind: 'busy' | 'gone' | 'refused', status: number, said: readonly string[]) {
    super(`The bridge answered ${status}`);
    this.kind = kind;
    this.status = status;
    this.said = said
      .slice(0, MAX_SAID)
      .map((text) => text.slice(0, SAID_CHARACTERS_MAX).replace(AN_ID, ''));
  }
}

/** A refusal in words, with what to do where the bridge's own words are known. */
export function refused({ kind, status, said }: CommandRefusal): HubError {
  if (kind === 'busy') {
    return new HubError('busy', 'The Hue bridge has too much to do', {
      hint: 'Try again in a moment; a room or zone of the bridge switches many lamps with one command.',
      zh: {
        message: 'Hue 网桥忙不过来',
        hint: '请稍后再试；用网桥的房间或区域可以一次控制多盏灯。',
      },
    });
  }
  if (kind === 'gone') {
    return new HubError('not-found', 'The Hue bridge does not know it any more', {
      hint: 'It was removed in the Hue app.',
      zh: { message: 'Hue 网桥里已经没有它了', hint: '它已在 Hue 应用中被移除。' },
    });
  }
  const words = said.length === 0 ? `status ${status}` : said.join('; ');
  const [hint, hintZh] = advice(words);
  return new HubError('rejected-by-device', `The Hue bridge says: ${words}`, {
    hint,
    zh: { message: `Hue 网桥回答：${words}`, hint: hintZh },
  });
}

function advice(words: string): readonly [en: string, zh: string] {
  if (words.includes('soft off')) {
    return ['The light is off: switch it on first.', '灯是关着的：请先打开它。'];
  }
  if (words.includes('communication issues')) {
    return [
      'Check that the lamp has power, also at the wall switch.',
      '请检查灯是否通电，墙上的开关是否打开。',
    ];
  }
  return ['Look in the Hue app whether it can do this.', '请在 Hue 应用里看看它能否这样做。'];
}

export function busyBridge(address: string): HubError {
  return new HubError('busy', `The Hue bridge at ${address} has too much to do`, {
    hint: 'It is asked again by itself.',
    zh: { message: `${address} 上的 Hue 网桥忙不过来`, hint: '会自动重试。' },
  });
}

export function keyRefused(address: string): HubError {
  return new HubError('forbidden', `The Hue bridge at ${address} does not know the hub any more`, {
    hint: 'Add the bridge again and press its button; its devices keep their place.',
    zh: {
      message: `${address} 上的 Hue 网桥不再认识这个中枢`,
      hint: '请重新添加网桥并按它的按钮；设备会保留原来的位置。',
    },
  });
}

export function otherCertificate(address: string): HubError {
  return new HubError('forbidden', `${address} shows another certificate than the Hue bridge had`, {
    hint: 'If the bridge was replaced or reset, add it again. If not, something else pretends to be it, and nothing was sent to it.',
    zh: {
      message: `${address} 出示的证书与之前的 Hue 网桥不同`,
      hint: '如果网桥被更换或重置过，请重新添加。否则可能有别的设备在冒充它，中枢没有向它发送任何内容。',
    },
  });
}

export function notItsCertificate(address: string): HubError {
  return new HubError('forbidden', `The certificate at ${address} is not that of its Hue bridge`, {
    hint: 'A real bridge names itself in its certificate. Check the address and what else is on the network.',
    zh: {
      message: `${address} 的证书不属于那里的 Hue 网桥`,
      hint: '真正的网桥会在证书中写明自己。请检查地址以及网络中的其他设备。',
    },
  });
}

export function tooOld(model: string): HubError {
  return new HubError(
    'unsupported',
    `This Hue bridge (${model}) does not speak the newer interface`,
    {
      hint: 'The square bridge with software 1948086000 or later is needed: update it in the Hue app.',
      zh: {
        message: `这个 Hue 网桥（${model}）不支持新接口`,
        hint: '需要方形网桥且软件版本不低于 1948086000：请在 Hue 应用中更新。',
      },
    },
  );
}

export function notPressed(): HubError {
  return new HubError('timed-out', 'The button of the Hue bridge was not pressed in time', {
    hint: 'Add the bridge again and press the button on top of it within the time shown.',
    zh: {
      message: '没有及时按下 Hue 网桥的按钮',
      hint: '请重新添加网桥，并在显示的时间内按下它顶部的按钮。',
    },
  });
}

export function pairingRefused(said: string): HubError {
  return new HubError('rejected-by-device', `The Hue bridge gives no key: ${said.slice(0, 200)}`, {
    hint: 'Restart the bridge, and look in the Hue app whether it is set up.',
    zh: {
      message: `Hue 网桥没有给出密钥：${said.slice(0, 200)}`,
      hint: '请重启网桥，并在 Hue 应用里确认它已设置好。',
    },
  });
}

/** Before it was heard from in this run. */
export function notConnectedYet(name: string): HubError {
  return new UnreachableError(`${name} is not connected`, {
    hint: 'Check that the Hue bridge has power and is connected to the router.',
    zh: { message: `${name} 没有连接`, hint: '请检查 Hue 网桥是否通电并连着路由器。' },
  });
}
