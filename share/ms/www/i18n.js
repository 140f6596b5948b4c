// Words in the reader's language. A text is a string with {names} in it, or
// a function where a number changes the words.
import en from './en.js';
import zh from './zh.js';
import { recall, remember } from './store.js';

const texts = { en, zh };
const listeners = [];
let lang = recall('lang') ??
    (/^zh\b/i.test(navigator.languages?.[0] ?? navigator.language) ? 'zh' : 'en');

if (!(lang in texts))
	lang = 'en';

export const language = () => lang;
export const locale = () => navigator.languages.find((l) =>
	l.startsWith(lang)) ?? lang;
export const known = (key) => key in texts[lang];

export function t(key, values = {}) {
	const text = texts[lang][key];

	if (typeof text === 'function')
		return text(values);
	return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export const number = (n) => (n === null || n === undefined ? '–' :
    new Intl.NumberFormat(locale(), { maximumFractionDigits: 2 }).format(n));

// A sum of what is known; null where nothing is.
export const sum = (a, b) => (a === null && b === null ? null :
    (a ?? 0) + (b ?? 0));

export const clock = (date) => new Intl.DateTimeFormat(locale(), {
	hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
}).format(date);

export const dayAndClock = (date) => new Intl.DateTimeFormat(locale(), {
	month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit',
	hourCycle: 'h23',
}).format(date);

// Fills in what the page itself says: data-t="key", data-t-NAME="key" for
// an attribute NAME.
export function translate(root = document) {
	document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
	for (const node of root.querySelectorAll('[data-t]'))
		node.textContent = t(node.dataset.t);
	for (const name of ['placeholder', 'aria-label'])
		for (const node of root.querySelectorAll(`[data-t-${name}]`))
			node.setAttribute(name, t(node.getAttribute(`data-t-${name}`)));
}

export function setLanguage(to) {
	lang = to;
	remember('lang', to);
	translate();
	for (const fn of listeners)
		fn();
}

// Calls fn now and whenever the language changes.
export function onLanguage(fn) {
	listeners.push(fn);
	fn();
}
