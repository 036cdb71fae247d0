// What a connected adapter says of itself reads in both languages.
import { expect, test } from 'vitest';
import { adapterDetail } from './adapter-detail.ts';

test('what the adapters of the hub say is said in Chinese, and what others say stays as it is', () => {
  const said = {
    '1 device': '1 个设备',
    '3 devices': '3 个设备',
    '2 devices of vendors': '厂商的 2 个设备',
    '5 nodes, on eth0': '5 个节点，网络 eth0',
    'listens on 127.0.0.1:1883, 0 devices': '监听 127.0.0.1:1883，0 个设备',
    'ZStack3x0 20240710, channel 15': 'ZStack3x0 20240710，信道 15',
    'is connected to 192.168.1.4, 2 devices': '连接到 192.168.1.4，2 个设备',
    'two lamps of Acme': 'two lamps of Acme',
  };
  for (const [english, chinese] of Object.entries(said)) {
    expect(adapterDetail(english, 'zh')).toBe(chinese);
    expect(adapterDetail(english, 'en')).toBe(english);
  }
});
