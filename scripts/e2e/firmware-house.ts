// What tests of firmware have of a house: images for its lamps, jobs to be followed, and lamps in numbers.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { writeImage } from '../../firmware-images/zigbee-ota.ts';
import type { Placement } from '../virtual-home/devices/model.ts';
import { type House, nodeOf } from './house.ts';
import { makeFolder, waitFor } from './running-hub.ts';

/** What the lamps run from the factory, and the new firmware. */
export const OLD = 0x23087631;
export const NEW = 0x23093000;
/** Two models of lamps that take images. */
export const MODELS = [
  { model: 'ikea-tradfri-bulb-e26-ws', imageType: 8705 },
  { model: 'ikea-tradfri-bulb-gu10-ws', imageType: 8706 },
] as const;

export interface JobAnswer {
  readonly id: string;
  readonly state: string;
  readonly progress: number | null;
  readonly etaSeconds: number | null;
  readonly step: { readonly name: string } | null;
  readonly log: readonly { readonly text: { readonly en: string; readonly zh: string } }[];
  readonly result: unknown;
  readonly problem: {
    readonly code: string;
    readonly detail: string;
    readonly hint: string | null;
    readonly zh?: { readonly detail: string };
  } | null;
}

/** An image for a lamp; every byte of it tells where it belongs. */
export function lampImage(
  imageType: number,
  bytes: number,
  more: { fileVersion?: number; manufacturerCode?: number } = {},
): Buffer {
  const { fileVersion = NEW, manufacturerCode = 0x117c } = more;
  return Buffer.from(
    writeImage({
      ...{ manufacturerCode, imageType, fileVersion },
      text: 'TRADFRI bulb 2.3.093',
      elements: [{ tag: 0, data: new Uint8Array(bytes).map((_, index) => index * 7 + 1) }],
    }),
  );
}

/** Takes an image into the hub's catalogue, as root who says its name. */
export async function stock(house: House, image: Uint8Array): Promise<string> {
  const folder = makeFolder();
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'lamp.ota');
  writeFileSync(file, image);
  const taken = await house.hub.call<{ added: { fileName: string }[] }>('/api/firmware', {
    body: { path: file, unsigned: 'lamp.ota' },
  });
  rmSync(folder, { recursive: true });
  expect(taken.status, JSON.stringify(taken.body)).toBe(201);
  return taken.body.added[0]?.fileName ?? '';
}

export const look = async (house: House, id: string): Promise<JobAnswer> =>
  (await house.hub.call<JobAnswer>(`/api/jobs/${id}`)).body;

/** Starts a job and gives its id. */
export async function startJob(house: House, body: object): Promise<string> {
  const answer = await house.hub.call<JobAnswer>('/api/jobs', { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body.id;
}

/** The job once it has ended. */
export function ended(house: House, id: string, withinMs = 60_000): Promise<JobAnswer> {
  return waitFor(
    `the job ${id} to end`,
    async () => {
      const job = await look(house, id);
      return job.state !== 'running' && job;
    },
    withinMs,
  );
}

export const versionOf = (house: House, name: string) => nodeOf(house, name).fileVersion;

/** Lamps of both models by turns: `Lamp 1`, `Lamp 2` and so on. */
export function lamps(count: number): Placement[] {
  return Array.from({ length: count }, (_, index) => ({
    model: (MODELS[index % 2] ?? MODELS[0]).model,
    ieee: `0x000b57ff00${(index + 1).toString(16).padStart(6, '0')}`,
    name: `Lamp ${String(index + 1).padStart(2, '0')}`,
    room: 'hall',
    lqi: 150,
    parent: undefined,
  }));
}
