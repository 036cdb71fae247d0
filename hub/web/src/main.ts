// The page's beginning: theme and language first, so that nothing is drawn in the wrong one.
import { mount } from 'svelte';
import App from './app.svelte';
import './styles/tokens.css';
import './styles/base.css';
import {
  browserLanguage,
  chosenLanguage,
  expectLanguage,
  useLanguage,
} from './state/language.svelte.ts';
import { loadSession } from './state/session.svelte.ts';
import { showTheme } from './state/theme.svelte.ts';

async function start(): Promise<void> {
  showTheme();
  expectLanguage(chosenLanguage() ?? browserLanguage());
  const session = await loadSession().catch(() => null);
  const greeting = session?.claimed === true ? session.language : browserLanguage();
  // A person's own language follows them to every browser; what this browser chose is for strangers.
  await useLanguage(session?.member?.language ?? chosenLanguage() ?? greeting, false);
  const target = document.getElementById('app');
  if (target !== null) mount(App, { target });
}

void start();
