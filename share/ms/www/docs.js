// The API's documentation, made of openapi.json.
import { $, alert, el } from './dom.js';
import { read, words } from './api.js';
import { attempt } from './attempt.js';
import { language, onLanguage, t, translate } from './i18n.js';
import { follow, inline, shape } from './shape.js';
import { current, shell } from './shell.js';

const METHODS = ['get', 'post'];
const forms = new Map();	// by the call; they outlive a change of language
let doc = null;

// A text of the description in the reader's language, if it has it.
const said = (node, name) => (language() === 'zh' ?
    node[`x-${name}-zh`] : undefined) ?? node[name];

const prose = (text) => el('p', {}, inline(text));

function needs(o) {
	return o['x-admin'] ? t('docs.needs.admin') :
	    o.security?.length === 0 ? t('docs.needs.none') : '';
}

function parameters(list) {
	return list.length === 0 ? [] : [el('h3', {}, t('docs.parameters')),
		el('ul', { class: 'shape' }, list.map((p) => el('li', {},
		    el('code', {}, p.name), ' ', el('span', { class: 'kind' },
			p.in, p.required ? `, ${t('docs.required')}` : ''),
		    ' ', inline(p.description))))];
}

function content(media) {
	return Object.entries(media ?? {}).map(([type, m]) => el('div', {},
	    el('span', { class: 'kind' }, type),
	    shape(doc, m['x-event'] ?? m.schema)));
}

// What a good answer is made of.
function good(r) {
	const headers = Object.keys(r.headers ?? {});

	return [content(r.content), headers.length === 0 ? null :
		el('details', {}, el('summary', {}, t('docs.headers')),
		    el('ul', { class: 'shape' }, headers.map((name) => el('li', {},
			el('code', {}, name), ' ', inline(follow(doc,
			    r.headers[name]).description)))))];
}

function answers(all) {
	const errors = new Map();	// by their shape, which many share

	return [el('dl', { class: 'answers' }, Object.entries(all).map(
	    ([status, ref]) => {
		const r = follow(doc, ref);

		if (status >= 400)
			errors.set(JSON.stringify(r.content), r.content);
		return el('div', {}, el('dt', {}, el('code', {}, status)),
		    el('dd', {}, prose(r.description),
			status < 400 ? good(r) : null));
	})),
	el('details', {}, el('summary', {}, t('docs.errors')),
	    [...errors.values()].map(content))];
}

function form(path, method, o, params, body) {
	const id = o.operationId;

	if (!forms.has(id))
		forms.set(id, attempt(id, path, method.toUpperCase(), params,
		    body?.example));
	translate(forms.get(id));
	return forms.get(id);
}

// What is inside of a call; made when it is opened.
function inside(path, method, o) {
	const params = (o.parameters ?? []).map((p) => follow(doc, p));
	const body = o.requestBody?.content['application/json'];

	return el('div', { class: 'inside' },
	    o.description ? prose(o.description) : null,
	    el('div', { class: 'two' },
		el('div', {}, parameters(params), body === undefined ? null :
		    [el('h3', {}, t('docs.request')), shape(doc, body.schema)]),
		el('div', {}, el('h3', {}, t('docs.try')),
		    form(path, method, o, params, body))),
	    el('h3', {}, t('docs.answers')), answers(o.responses));
}

function call(path, method, o, opened) {
	const node = el('details', { class: 'card call', id: o.operationId },
	    el('summary', {}, el('span', { class: `method ${method}` },
		method.toUpperCase()), el('code', {}, path),
	    el('span', {}, said(o, 'summary')),
	    el('span', { class: 'detail' }, needs(o))));

	node.addEventListener('toggle', () => {
		if (node.open && node.childElementCount === 1)
			node.append(inside(path, method, o));
	});
	node.open = opened.includes(o.operationId);
	return node;
}

function group(tag, opened) {
	const calls = Object.entries(doc.paths).flatMap(([path, item]) =>
		METHODS.filter((m) => item[m]?.tags.includes(tag.name))
		    .map((m) => call(path, m, item[m], opened)));

	return el('div', {}, el('h2', {}, said(tag, 'description')), calls);
}

function draw() {
	document.title = `${t('docs.title')} · ${t('brand')}`;
	if (doc === null)
		return;
	$('about').replaceChildren(...doc.info.description.split('\n\n').map(prose));
	const opened = [...$('calls').querySelectorAll('.call[open]')]
	    .map((node) => node.id);

	$('calls').replaceChildren(...doc.tags.map((tag) => group(tag, opened)));
	$('calls').setAttribute('aria-busy', 'false');
}

// /docs#NAME opens that call.
function open() {
	const node = document.getElementById(location.hash.slice(1));

	if (node?.classList.contains('call')) {
		node.open = true;
		node.scrollIntoView();
	}
}

shell();
current('docs');
onLanguage(draw);
addEventListener('hashchange', open);
try {
	doc = await read('openapi.json');
	draw();
	open();
} catch (e) {
	alert($('docs-alert'), words(e));
}
