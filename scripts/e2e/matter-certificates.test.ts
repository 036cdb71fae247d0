// Goal: a household that has put its makers' root certificates beside the fabric learns of each Matter device what its
// own certificate is worth, in the words of the job, of the API and of the command, and keeps out by one setting what
// is not proved. Method: the real hub; real matter.js devices in a network of their own (root on Linux), each with real
// certificates that this test signs: proved, withdrawn, out of date, by a stranger, and with a foreign key.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCli } from '../../hub/cli/test-cli.ts';
import { makeAuthority } from '../virtual-home/matter/certificates.ts';
import type { DeviceCertificates, MatterPlacement } from '../virtual-home/matter/model.ts';
import type { JobAnswer } from './firmware-house.ts';
import { connected, type DeviceJson } from './house.ts';
import { type MatterDevices, startMatterDevices, whyNoMatter } from './matter-devices.ts';
import { makeFolder, type RunningHub, startHub, waitFor } from './running-hub.ts';

const why = whyNoMatter();
const OF = { vendorId: 0xfff1, productId: 0x8000 };
const NOW = { from: -1, to: 10 };
/** Of the intermediate certificate that the maker withdrew. */
const WITHDRAWN = '0c';

/** What each device's certificate is worth, and the words for it. */
const WORTH = {
  proved: ['official', /proved to be its maker's own/, /已证实来自正规厂商/],
  withdrawn: ['revoked', /withdrawn by its maker/, /已被厂商吊销/],
  late: ['expired', /given out of its time/, /不在有效期内签发/],
  stranger: ['unknown', /could not be proved/, /无法证明它的证书来自正规厂商/],
  forged: ['wrong', /contradicts itself/, /自相矛盾/],
} as const;
type Name = keyof typeof WORTH;
const FURTHER = process.env.INGLE_COUNT === undefined ? [] : (['late', 'stranger'] as const);
const NAMES = Object.keys(WORTH) as Name[];

let matter: MatterDevices;
let hub: RunningHub;
let data = '';

const title = `certificates of Matter devices${why ? ` (skipped: ${why})` : ''}`;
describe.skipIf(why !== null)(title, () => {
  const start = async (environment: Record<string, string> = {}) => {
    hub = await startHub({ data, environment: { ...matter.environment, ...environment } });
    await connected({ hub }, 'matter');
  };
  const home = async () => (await hub.call<{ items: DeviceJson[] }>('/api/devices')).body.items;
  const handle = (name: Name) => `device-${name}`;

  /** Adds a device by its code; the job once it has ended. */
  async function add(name: Name): Promise<JobAnswer> {
    const code = matter.named(`Device ${name}`).manualCode;
    const body = { kind: 'pair', protocol: 'matter', seconds: 30, code };
    const { id } = (await hub.call<JobAnswer>('/api/jobs', { body })).body;
    return waitFor(`${name} to be added or not`, async () => {
      const { body: job } = await hub.call<JobAnswer>(`/api/jobs/${id}`);
      return job.state !== 'running' && job;
    });
  }

  const lines = ({ log }: JobAnswer, language: 'en' | 'zh') =>
    log.map(({ text }) => text[language]).join('\n');

  async function ingle(...args: string[]): Promise<string> {
    const env = { INGLE_DATA: hub.data, INGLE_PORT: new URL(hub.url).port };
    const { code, stdout, stderr } = await startCli(args, { env }, data).ended;
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  }

  beforeAll(async () => {
    data = makeFolder();
    const [maker, stranger] = [
      await makeAuthority('Maker', OF),
      await makeAuthority('Stranger', OF),
    ];
    const proved = await maker.issue({ serial: '0b', intermediate: NOW, device: NOW });
    const other = await maker.issue({ serial: '0b', intermediate: NOW, device: NOW });
    const certificates: Readonly<Record<Name, DeviceCertificates>> = {
      proved,
      withdrawn: await maker.issue({ serial: WITHDRAWN, intermediate: NOW, device: NOW }),
      late: await maker.issue({
        ...{ serial: '0d', intermediate: { from: -9, to: -4 }, device: { from: -1, to: 5 } },
      }),
      stranger: await stranger.issue({ serial: '0b', intermediate: NOW, device: NOW }),
      // Copied from another device, without its key.
      forged: { ...proved, privateKey: other.privateKey },
    };
    const trusted = path.join(data, 'matter', 'paa');
    mkdirSync(trusted, { recursive: true });
    writeFileSync(path.join(trusted, 'maker.der'), maker.root);
    writeFileSync(path.join(trusted, 'revoked.txt'), `${maker.rootKeyId} ${WITHDRAWN}\n`);
    matter = await startMatterDevices(
      NAMES.map(
        (name, index): MatterPlacement => ({
          ...{ key: name, name: `Device ${name}`, room: 'hall', product: `Device ${name}` },
          ...{ passcode: 20_402_001 + index, discriminator: (index + 3) << 8 },
          ...{ certificates: certificates[name], endpoints: [{ type: 'on-off-light' }] },
        }),
      ),
    );
    await start();
  }, 120_000);

  afterAll(async () => {
    await hub?.[Symbol.asyncDispose]();
    await matter?.[Symbol.asyncDispose]();
    if (data !== '') rmSync(data, { recursive: true, force: true });
  });

  it('each device is added, and what its certificate is worth is said in the job, the API and the command', async () => {
    for (const name of NAMES) {
      const [verdict, english, chinese] = WORTH[name];
      const job = await add(name);
      expect(lines(job, 'en')).toMatch(english);
      expect(lines(job, 'zh')).toMatch(chinese);
      if (name === 'forged') {
        // The standard itself keeps it out.
        expect(job.problem?.detail).toMatch(
          /does not have the key that belongs to its certificate/,
        );
        expect(job.problem?.zh?.detail).toMatch(/没有与其证书对应的密钥/);
        continue;
      }
      expect([name, job.state, job.problem]).toEqual([name, 'done', null]);
      const isProved = verdict === 'official';
      expect(lines(job, 'en').includes('It is added all the same')).toBe(!isProved);
      const { id } = (await home()).find((device) => device.handle === handle(name)) ?? {};
      const { body: node } = await hub.call(`/api/devices/${id}/matter`);
      expect(node).toMatchObject({ attestation: verdict });
    }
    expect(await ingle('devices', 'homes', handle('withdrawn'))).toContain(
      'Certificate: withdrawn by its maker',
    );
    expect(await ingle('--lang', 'zh', 'devices', 'homes', handle('late'))).toContain(
      '证书：不在有效期内签发',
    );
  }, 120_000);

  it('a household that wants only what is proved gets that alone, and is told which setting keeps the others out', async () => {
    for (const { id } of await home()) await hub.call(`/api/devices/${id}`, { method: 'DELETE' });
    await hub.stop();
    await start({ INGLE_MATTER_ATTESTATION: 'refuse' });
    // The others with INGLE_COUNT.
    for (const name of ['withdrawn', ...FURTHER] as const) {
      const { problem } = await add(name);
      expect([name, problem?.code]).toEqual([name, 'forbidden']);
      expect(problem?.detail).toMatch(/^The device was not added\. Its certificate/);
      expect(problem?.detail).toMatch(WORTH[name][1]);
      expect(problem?.hint).toContain('matter.attestation');
      expect(problem?.zh?.detail).toMatch(WORTH[name][2]);
    }
    expect((await add('proved')).problem).toBe(null);
    expect((await home()).map((device) => device.handle)).toEqual([handle('proved')]);
  }, 120_000);
});
