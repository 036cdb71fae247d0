// Sets one of the home's own values and shows it at once as the hub has answered.
import type { HomeValueJson } from '../../../api/home-values-shapes.ts';
import { request } from './api.ts';
import { home } from './home.svelte.ts';

/** Sets a value; null: it is not known any more. @throws ApiError */
export async function setHomeValue(
  key: string,
  value: boolean | number | string | null,
): Promise<void> {
  const path = `/home/values/${encodeURIComponent(key)}`;
  const now: HomeValueJson = await request('PUT', path, { value });
  home.values = home.values.map((one) => (one.key === key ? now : one));
}
