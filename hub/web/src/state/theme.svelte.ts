// Light, dark, or as the device says; kept on this browser.

const KEY = 'ingle.theme';

/** What a person may choose. */
export type Theme = 'auto' | 'light' | 'dark';

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'auto';
}

class ThemeState {
  current = $state<Theme>(stored());
}

const state = new ThemeState();

/** The theme chosen on this browser; reactive. */
export function theme(): Theme {
  return state.current;
}

/** Puts the kept theme on the page; before anything is drawn. */
export function showTheme(): void {
  if (state.current === 'auto') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = state.current;
  }
}

/** Chooses and keeps a theme. */
export function chooseTheme(value: Theme): void {
  state.current = value;
  localStorage.setItem(KEY, value);
  showTheme();
}
