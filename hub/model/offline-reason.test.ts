import { describe, expect, it } from 'vitest';
import { offlineReason } from './offline-reason.ts';

describe('why a device is offline', () => {
  it.each([
    ['It does not answer. Check that it has power.', 'It does not answer.', '它没有应答。'],
    [
      'Nothing was heard of it for 27 h. Check its battery.',
      'Nothing was heard of it for 27 h.',
      '很久没有收到它的消息了。',
    ],
    [
      'Nothing was heard of it for 26 hours. Check its battery.',
      'Nothing was heard of it for 26 hours.',
      '已经 26 小时没有收到它的消息了。',
    ],
    [
      'The Zigbee coordinator is not connected: gone',
      'The Zigbee coordinator is not connected: gone',
      '网关（协调器）没有连接。',
    ],
    [
      'The zigbee adapter stopped: it ended',
      'The zigbee adapter stopped: it ended',
      '负责它的 zigbee 程序停止了，正在重新启动。',
    ],
    [
      'The broker lost the connection to it. Check that it has power.',
      'The broker lost the connection to it.',
      '它和 MQTT 服务器的连接断开了。',
    ],
    [
      'Lamp does not take the password. Add it again.',
      'Lamp does not take the password.',
      '密码不对。',
    ],
    [
      'The connection to Lamp was lost. Check that it has power.',
      'The connection to Lamp was lost.',
      '和它的连接断开了。',
    ],
    [
      'It has told nothing for 5 minutes, and its values hold no longer',
      'It has told nothing for 5 minutes, and its values hold no longer',
      '已经 5 分钟没有上报，它的值只在这段时间内有效。',
    ],
    [
      '192.168.1.2 shows another certificate than the Hue bridge had. If the bridge was replaced, add it again.',
      '192.168.1.2 shows another certificate than the Hue bridge had.',
      '它出示的证书和以前不同，已拒绝连接。',
    ],
    [
      'The Hue bridge has no radio contact to it. Check that it has power.',
      'The Hue bridge has no radio contact to it.',
      'Hue 网桥联系不上它。',
    ],
    ['192.168.1.9 did not answer', '192.168.1.9 did not answer', '它没有应答。'],
    ['Matter is switched off', 'Matter is switched off', 'Matter 已关闭。'],
    ['Acme lamps was removed', 'Acme lamps was removed', 'Acme lamps 已删除。'],
    ['A vendor’s own words', 'A vendor’s own words', 'A vendor’s own words'],
  ])('%j is said in both languages, without the advice', (reason, en, zh) => {
    expect(offlineReason(reason, 'en')).toBe(en);
    expect(offlineReason(reason, 'zh')).toBe(zh);
  });
});
