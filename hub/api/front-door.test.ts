import { describe, expect, it } from 'vitest';
import { announcement } from './front-door.ts';

const AT_HOME = { host: '127.0.0.1', port: 8420, isDemo: false, code: null };

describe('what is printed at the start', () => {
  it('is the address, and nothing of danger while only this machine can reach it', () => {
    for (const host of ['127.0.0.1', '127.0.0.2', 'localhost', '::1']) {
      const shown = host === '::1' ? '[::1]' : host;
      expect(announcement({ ...AT_HOME, host })).toBe(`Ingle is at http://${shown}:8420/\n`);
    }
  });

  it('names the demo, and how to claim a hub without an owner', () => {
    const text = announcement({ ...AT_HOME, isDemo: true, code: 'AAAA-BBBB' });
    expect(text).toMatch(/^Ingle is at http:\/\/127\.0\.0\.1:8420\/ \(demo home\)\n/);
    expect(text).toMatch(/^Claim code: AAAA-BBBB \(good for 15 minutes; `ingle claim`/m);
  });

  it('says what it means to listen on a network', () => {
    expect(announcement({ ...AT_HOME, host: '0.0.0.0' })).toMatch(
      /^Ingle is at http:\/\/localhost:8420\/\nIt listens on every network of this machine without encryption: passwords and sessions can be read by whoever is on that network\.\n$/,
    );
    expect(announcement({ ...AT_HOME, host: '::' })).toMatch(/every network of this machine/);
    expect(announcement({ ...AT_HOME, host: '192.0.2.7' })).toMatch(
      /http:\/\/192\.0\.2\.7:8420\/\nIt listens on 192\.0\.2\.7 without encryption/,
    );
  });
});
