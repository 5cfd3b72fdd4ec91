// Colors come from the style sheet alone; whoever draws asks here and draws again when the theme changes.
const byId = (name) => document.getElementById(name);
const data = JSON.parse(byId('data').textContent);
const redraws = [];
const themeChanged = () => redraws.forEach((redraw) => redraw());

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function remembered() {
  try { return localStorage.getItem('tear-sheet-theme') || 'auto'; } catch { return 'auto'; }
}

function chooseTheme(name) {
  if (name === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  for (const button of document.querySelectorAll('#themes button')) {
    button.setAttribute('aria-pressed', String(button.dataset.theme === name));
  }
  try { localStorage.setItem('tear-sheet-theme', name); } catch { /* a page without storage forgets the choice */ }
  themeChanged();
}

function startThemes() {
  for (const button of document.querySelectorAll('#themes button')) {
    button.addEventListener('click', () => chooseTheme(button.dataset.theme));
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', themeChanged);
  chooseTheme(remembered());
}

// Numbers as on the rest of the page.
const dash = '–';
const known = (value) => value !== null && value !== undefined && Number.isFinite(value);
const minus = (text) => text.replace('-', '−');
function percent(value, digits = 2, signed = false) {
  if (!known(value)) return dash;
  const text = (value * 100).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return minus((signed && value > 0 ? '+' : '') + text) + '%';
}
function number(value, digits = 2, signed = false) {
  if (!known(value)) return dash;
  const text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return minus((signed && value > 0 ? '+' : '') + text);
}
const money = (value, signed = false) => number(value, Math.abs(value) >= 1e6 ? 0 : 2, signed);
const price = (value) => number(value, value === 0 || Math.abs(value) >= 10 ? 2 : Math.abs(value) >= 0.1 ? 4 : 8);
const quantity = (value) => known(value) ? minus(value.toLocaleString('en-US', { maximumFractionDigits: 8 })) : dash;
function moment(seconds) {
  if (!known(seconds)) return dash;
  const text = new Date(seconds * 1000).toISOString();
  return data.isDaily ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}

function element(name, attributes = {}, text = null) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== null) made.textContent = text;
  return made;
}
