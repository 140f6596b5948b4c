// The view of balances.
import { $, alert, copy, download, el } from './dom.js';
import { words, read } from './api.js';
import { confirm } from './dialog.js';
import { known, number, onLanguage, t } from './i18n.js';
import { count, run, split } from './query.js';
import { recall, remember } from './store.js';
import { csv, Table, tsv } from './table.js';

const RECENT = 10;
const GOOD = 'ok';

let running = null;		// the AbortController of a query
let said = () => '';		// what is said of it, in the language of now

// ---- the table ----

const kinds = { ok: 'good', exhausted: 'warn', rate_limited: 'warn',
	invalid_key: 'bad', unbound_account: 'bad', unverified_account: 'bad',
	unknown: 'dim' };

const state = (r) => t(known(`state.${r.state}`) ? `state.${r.state}` :
	'state.unknown');

const advice = (r) => (r.fault ? words(r.fault).title :
	known(`advice.${r.state}`) ? t(`advice.${r.state}`) : '');

function of(left, limit) {
	if (left === null)
		return null;
	return limit === null ? number(left) :
	    t('col.of', { left: number(left), limit: number(limit) });
}

function note(r) {
	if (advice(r) === '' && !r.error)
		return '';
	return el('div', { class: 'note' }, advice(r), r.error ?
	    el('div', { class: 'detail' }, r.error) : null);
}

const columns = [
	{ name: 'key', label: 'col.key', value: (r) => r.key, always: true,
	    show: (r) => el('code', {}, r.key ?? '–') },
	{ name: 'model', label: 'col.model', value: (r) => r.model,
	    show: (r) => r.model && el('span', { class: 'model' }, r.model) },
	{ name: 'state', label: 'col.state', value: (r) => r.state, text: state,
	    always: true, show: (r) => el('span',
		{ class: `badge ${kinds[r.state] ?? 'warn'}` }, state(r)) },
	{ name: 'credits', label: 'col.credits', number: true,
	    value: (r) => r.balance.available,
	    show: (r) => of(r.balance.available, null) },
	{ name: 'account', label: 'col.account', number: true,
	    value: (r) => r.request_remaining,
	    show: (r) => of(r.request_remaining, r.request_limit) },
	{ name: 'calls', label: 'col.calls', number: true,
	    value: (r) => r.model_request_remaining,
	    show: (r) => of(r.model_request_remaining, r.model_request_limit) },
	{ name: 'latency', label: 'col.latency', number: true,
	    value: (r) => r.latency_ms, show: (r) => (r.latency_ms === null ? null :
		t('ms', { n: number(r.latency_ms) })) },
	{ name: 'note', label: 'col.note', wide: true, value: advice,
	    text: (r) => [advice(r), r.error].filter(Boolean).join(' '),
	    show: note },
];
const table = new Table('balance.table', columns);

function summary() {
	const counts = new Map(), credits = new Map();

	for (const r of table.rows) {
		counts.set(r.state, (counts.get(r.state) ?? 0) + 1);
		if (r.balance.available !== null)
			credits.set(`${r.place} ${r.key}`, r.balance.available);
	}
	return [
		...(credits.size === 0 ? [] : [el('strong', {},
		    t('balance.credits.all', { n: number([...credits.values()]
			.reduce((a, b) => a + b, 0)) }))]),
		...[...counts].map(([name, n]) => el('span',
		    { class: `badge ${kinds[name] ?? 'warn'}` },
		    `${state({ state: name })} ${n}`)),
	];
}

function draw() {
	$('result').hidden = table.rows.length === 0;
	table.draw();
	$('summary').replaceChildren(...summary());
	$('said').textContent = said();
	plan();
}

// Many answers are drawn together, the more so the longer it takes.
let waiting = null, wait = 0;

function drawSoon() {
	waiting ??= setTimeout(() => {
		const began = performance.now();

		draw();
		wait = 100 + 20 * (performance.now() - began);
		waiting = null;
	}, wait);
}

// ---- the form ----

const keys = () => split($('keys').value);
const models = () => split($('models').value);

function cost() {
	const k = keys().length, m = models().length;

	return {
		keys: k === 0 ? t('balance.keys.own') : t('balance.keys.n', { n: k }),
		models: t('balance.models.n', { n: m }),
		calls: k === 0 ? t('balance.calls.each', { n: m }) :
		    t('balance.calls.n', { n: k * m }),
	};
}

function plan() {
	$('plan').textContent = t(models().length === 0 ? 'balance.plan.free' :
	    'balance.plan', cost());
}

function recent() {
	try {
		const list = JSON.parse(recall('recent') ?? '[]');
		return Array.isArray(list) ? list.filter((q) =>
		    typeof q === 'string').slice(0, RECENT) : [];
	} catch {
		return [];
	}
}

function drawRecent() {
	const list = recent();

	$('recent').hidden = list.length === 0;
	$('recent-list').replaceChildren(...list.map((q) => el('li', {},
	    el('button', { type: 'button', class: 'chip', click: () => {
		$('models').value = q;
		plan();
		$('models').focus();
	} }, q))));
}

function keep(list) {
	const query = list.join(', ');

	remember('recent', JSON.stringify([query,
		...recent().filter((q) => q !== query)].slice(0, RECENT)));
	drawRecent();
}

async function configured() {
	alert($('balance-alert'), null);
	try {
		const { models: list } = await read('models');
		$('models').value = list.filter((m) => m.enabled).map((m) => m.id)
		    .join('\n');
		plan();
	} catch (e) {
		alert($('balance-alert'), words(e));
	}
}

// ---- a query ----

function say(fn) {
	said = fn;
	$('said').textContent = said();
}

function progress(done, all) {
	$('progress').hidden = all === 0;
	$('progress-bar').max = all || 1;
	$('progress-bar').value = done;
	$('progress-text').textContent = all === 0 ? '' :
	    t('balance.progress', { done, all });
}

// The button that has the focus goes; the other one takes it.
function busy(on) {
	const [from, to] = on ? [$('ask'), $('stop')] : [$('stop'), $('ask')];
	const had = [from, document.body].includes(document.activeElement);

	to.hidden = false;
	if (had)
		to.focus();
	from.hidden = true;
}

async function query(k, m, control) {
	const all = count(k, m);
	let done = 0;

	table.rows = [];
	progress(0, all);
	await run(k, m, { signal: control.signal, got: (rows, n) => {
		table.rows = [...table.rows, ...rows]
		    .sort((a, b) => a.place - b.place);
		progress(done += n, all);
		drawSoon();
	} });
	const bad = table.rows.filter((r) => r.state !== GOOD).length;
	said = () => t('balance.done', { rows: table.rows.length, bad });
}

async function ask(event) {
	const k = keys(), m = models();

	event.preventDefault();
	if (running !== null || (m.length > 0 && !await confirm(
	    t('balance.confirm'), t('balance.confirm.text', cost()),
	    t('balance.confirm.go'))))
		return;
	if (m.length > 0)
		keep(m);
	const control = running = new AbortController();
	alert($('balance-alert'), null);
	say(() => '');
	busy(true);
	try {
		await query(k, m, control);
	} catch (e) {
		const stopped = control.signal.aborted;

		control.abort();
		said = stopped ? () => t('balance.stopped',
		    { rows: table.rows.length }) : () => '';
		if (!stopped)
			alert($('balance-alert'), words(e));
	}
	running = null;
	progress(0, 0);
	busy(false);
	clearTimeout(waiting);
	waiting = null;
	draw();
}

export function balance() {
	$('balance-form').addEventListener('submit', ask);
	$('balance-form').addEventListener('input', plan);
	$('stop').addEventListener('click', () => running?.abort());
	$('configured').addEventListener('click', configured);
	$('recent-clear').addEventListener('click', () => {
		remember('recent', null);
		drawRecent();
	});
	$('copy').addEventListener('click', () => copy(tsv(table.matrix)).then(
	    () => say(() => t('balance.copied')),
	    () => say(() => t('balance.copy.failed'))));
	$('csv').addEventListener('click', () => download('balances.csv',
	    'text/csv;charset=utf-8', csv(table.matrix)));
	$('table').append(table.node);
	drawRecent();
	onLanguage(draw);
}
