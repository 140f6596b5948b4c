// JSON Schemas as lists for people.
import { el } from './dom.js';
import zh from './docs-zh.js';
import { language, t } from './i18n.js';

const DEEP = 6;

// A text of the description, in the reader's language; what stands in backticks
// is code.
export const inline = (text) => ((language() === 'zh' ? zh[text] : null) ?? text)
    .split('`').map((part, i) => (i % 2 === 1 ? el('code', {}, part) : part));

// Follows a reference into the document.
export function follow(doc, node) {
	while (node?.$ref !== undefined)
		node = node.$ref.slice(2).split('/').reduce((at, name) => at[name],
		    doc);
	return node ?? {};
}

// Its type in a few words: "list of string", "integer or null".
function kind(doc, schema) {
	const s = follow(doc, schema);

	if (s.const !== undefined)
		return JSON.stringify(s.const);
	if (s.enum !== undefined)
		return s.enum.map((v) => JSON.stringify(v)).join(' | ');
	if (s.oneOf !== undefined)
		return s.oneOf.map((one) => kind(doc, one)).join(' | ');
	if (s.type === 'array')
		return `${kind(doc, s.items)}[]`;
	return [s.type ?? 'any'].flat().join(' | ');
}

// The object in it that has members to show, or null.
function inner(doc, schema) {
	const s = follow(doc, schema);

	if (s.properties !== undefined)
		return s;
	if (s.type === 'array')
		return inner(doc, s.items);
	for (const one of s.oneOf ?? []) {
		const found = inner(doc, one);
		if (found !== null)
			return found;
	}
	return null;
}

function member(doc, name, schema, required, deep) {
	const s = follow(doc, schema);
	const below = deep < DEEP ? inner(doc, schema) : null;

	return el('li', {}, el('code', {}, name), ' ',
	    el('span', { class: 'kind' }, kind(doc, schema),
		required ? `, ${t('docs.required')}` : '',
		s.default === undefined ? '' : `, ${t('docs.default',
		    { value: JSON.stringify(s.default) })}`),
	    s.description ? [' ', el('span', {}, inline(s.description))] : null,
	    below === null ? null : members(doc, below, deep + 1));
}

function members(doc, s, deep) {
	return el('ul', {}, Object.entries(s.properties).map(([name, schema]) =>
		member(doc, name, schema, s.required?.includes(name), deep)));
}

export function shape(doc, schema) {
	const s = inner(doc, schema);

	if (s === null)
		return el('p', { class: 'kind' }, kind(doc, schema));
	const list = members(doc, s, 0);
	list.className = 'shape';
	return s.description ? el('div', {}, el('p', { class: 'detail' },
	    inline(s.description)), list) : list;
}
