// Who is signed in at this browser, and how far the first run has come.
import type { HomeJson, SessionJson } from '../../../api/shapes.ts';
import { request, setToken, whenSignedOut } from './api.ts';
import { forgetHome, home } from './home.svelte.ts';
import { useLanguage } from './language.svelte.ts';
import { startLive, stopLive } from './live.svelte.ts';

const STEP_KEY = 'ingle.firstRun';

/** The steps of the first run that follow the claim; a browser that leaves comes back to its step. */
export type SetupStep = 'home' | 'rooms' | 'device';

function storedStep(): SetupStep | null {
  const step = localStorage.getItem(STEP_KEY);
  return step === 'home' || step === 'rooms' || step === 'device' ? step : null;
}

class SessionState {
  /** Null until the hub has answered once. */
  json = $state.raw<SessionJson | null>(null);
  /** The step of the first run that this browser is at; null outside of it. */
  setupStep = $state<SetupStep | null>(storedStep());
}

/** The session of this browser. */
export const session = new SessionState();

function take(json: SessionJson): void {
  session.json = json;
  setToken(json.token);
  if (json.member !== null) startLive();
}

/** Asks the hub who is signed in. @throws ApiError */
export async function loadSession(): Promise<SessionJson> {
  const json: SessionJson = await request('GET', '/session');
  take(json);
  return json;
}

/** Signs in. @throws ApiError */
export async function signIn(name: string, password: string): Promise<void> {
  const json: SessionJson = await request('POST', '/session', { name, password });
  if (json.member !== null) await useLanguage(json.member.language, true);
  take(json);
}

/** Takes the hub as its first owner, and begins the rest of the first run. @throws ApiError */
export async function claim(owner: {
  readonly code: string;
  readonly name: string;
  readonly password: string;
  readonly language: 'en' | 'zh';
}): Promise<void> {
  const json: SessionJson = await request('POST', '/claim', owner);
  goToStep('home');
  take(json);
  home.home = await request<HomeJson>('GET', '/home');
}

/** Moves the first run on; null ends it. */
export function goToStep(step: SetupStep | null): void {
  session.setupStep = step;
  if (step === null) {
    localStorage.removeItem(STEP_KEY);
  } else {
    localStorage.setItem(STEP_KEY, step);
  }
}

function end(): void {
  stopLive();
  forgetHome();
  setToken(null);
}

/** Signs out here. @throws ApiError */
export async function signOut(): Promise<void> {
  await request('DELETE', '/session');
  end();
  await loadSession();
}

whenSignedOut(() => {
  if (session.json?.member === null) return;
  end();
  loadSession().catch(() => {
    if (session.json !== null) session.json = { ...session.json, member: null, token: null };
  });
});
