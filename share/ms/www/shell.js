// What the pages have in common: the bar on top, with the switches of
// language and colours and the gateway's token.
import { changeToken, onToken } from './token.js';
import { el, $ } from './dom.js';
import { language, onLanguage, setLanguage, t, translate } from './i18n.js';
import { remember, token } from './store.js';

const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: dark)');

const dark = () => (root.dataset.theme ?? (system.matches ? 'dark' : 'light')) ===
    'dark';

function switchTheme() {
	root.dataset.theme = dark() ? 'light' : 'dark';
	remember('theme', root.dataset.theme);
	draw();
}

const theme = el('button', { id: 'theme', type: 'button', class: 'icon',
	click: switchTheme });
const lang = el('button', { id: 'lang', type: 'button', class: 'quiet',
	click: () => setLanguage(language() === 'zh' ? 'en' : 'zh') });
const secret = el('button', { id: 'token-button', type: 'button',
	class: 'quiet', click: changeToken });

function draw() {
	const name = t(dark() ? 'theme.light' : 'theme.dark');

	theme.replaceChildren(dark() ? '☀' : '☾');
	theme.setAttribute('aria-label', name);
	theme.title = name;
	lang.replaceChildren(t('lang.switch'));
	lang.lang = language() === 'zh' ? 'en' : 'zh-CN';
	secret.replaceChildren(t(token() === '' ? 'token' : 'token.set'));
}

function link(view, href) {
	return el('a', { href, 'data-view': view, 'data-t': `nav.${view}` });
}

// Puts the bar into the header of a page.
export function shell() {
	$('bar').append(
	    el('a', { class: 'skip', href: '#main', 'data-t': 'nav.skip',
		click: (e) => {
			e.preventDefault();
			$('main').focus();
		} }),
	    el('a', { class: 'brand', href: './' },
		el('img', { src: 'www/icon.svg', alt: '', width: 24, height: 24 }),
		el('span', { 'data-t': 'brand' })),
	    el('nav', { 'data-t-aria-label': 'nav' },
		link('balance', './#balance'), link('status', './#status'),
		link('chat', './#chat'), link('docs', 'docs')),
	    el('div', { class: 'switches' }, secret, lang, theme));
	onToken(draw);
	onLanguage(draw);
	system.addEventListener('change', draw);
	translate();
}

// Marks the view that is shown in the bar.
export function current(view) {
	for (const a of $('bar').querySelectorAll('nav a')) {
		if (a.dataset.view === view)
			a.setAttribute('aria-current', 'page');
		else
			a.removeAttribute('aria-current');
	}
}
