// The view of the status: what is left of models and keys, and the last days.
import { $, alert, bar, el } from './dom.js';
import { read, words } from './api.js';
import { chart, days } from './chart.js';
import { clock, dayAndClock, known, number, sum, onLanguage, t } from './i18n.js';

const EVERY = 30 * 1000;
const GRANT = 250;		// credits that an account gets a day

let shown = false;
let now = null;			// { status, history, at }

// ---- figures ----

function figure(label, value, note) {
	return el('div', { class: 'figure card' }, el('dt', {}, t(label)),
	    el('dd', {}, el('strong', {}, value),
		note ? el('span', { class: 'detail' }, note) : null));
}

// Calls, where they are counted; else credits, of the keys that they are
// known of.
function left(s) {
	const keys = s.keys ?? [];
	const known = keys.map((k) => k.balance).filter((b) => b !== null);

	if (s.remaining !== null || known.length === 0)
		return figure('status.left', s.remaining === null ?
		    t('status.unknown') : number(s.remaining),
		    s.global_daily_limit === null ? '' : t('status.of',
			{ n: number(s.global_daily_limit) }));
	return figure('status.credits', number(known.reduce((a, b) => a + b)),
	    known.length === keys.length ? '' : t('status.credits.known',
		{ known: known.length, keys: keys.length }));
}

function figures(s) {
	const enabled = s.models.filter((m) => m.enabled);

	return [
		figure('status.available', number(enabled.filter((m) =>
		    m.available).length), t('status.of',
		    { n: number(enabled.length) })),
		left(s),
		figure('status.calls', number(s.total_usage),
		    t('status.failed', { n: number(s.failures) })),
		figure('status.tokens', number(sum(s.prompt_tokens,
		    s.completion_tokens)), t('status.tokens.split', {
			asked: number(s.prompt_tokens),
			answered: number(s.completion_tokens) })),
	];
}

// ---- models and keys ----

// A time of today by its hour alone.
function when(text) {
	const at = new Date(text);

	return el('time', { datetime: text },
	    at.toDateString() === new Date().toDateString() ? clock(at) :
		dayAndClock(at));
}

function resting(m) {
	const [before, after] = t('status.resting', { time: '\0' }).split('\0');

	return [before, when(m.resting_until), after];
}

function badge(m) {
	const [kind, text] = !m.enabled ? ['dim', t('status.disabled')] :
	    m.available ? ['good', t('status.ready')] :
	    m.resting_until !== null ? ['warn', resting(m)] :
		['bad', t('status.out')];

	return el('span', { class: `badge ${kind}` }, text);
}

function level(share) {
	return share > 0.3 ? 'good' : share > 0.1 ? 'warn' : 'bad';
}

function quota(m) {
	if (m.daily_limit === null || m.remaining === null)
		return null;
	const share = m.daily_limit > 0 ? m.remaining / m.daily_limit : 0;
	const text = t('status.quota', { left: number(m.remaining),
		limit: number(m.daily_limit) });

	return [bar(share, level(share), `${m.model_id}: ${text}`),
		el('span', { class: 'detail' }, text)];
}

const why = (m) => (m.available || m.last_error === null ||
	!known(`verdict.${m.last_error}`) ? null :
	el('span', { class: 'detail' }, t(`verdict.${m.last_error}`)));

function model(m) {
	return el('li', { class: m.enabled ? null : 'off' },
	    el('div', { class: 'line' },
		el('span', { class: 'name' }, m.model_id), badge(m)),
	    el('div', { class: 'line' },
		el('span', { class: 'detail' },
		    `${t('status.tier', { n: m.tier })} · ${t('status.used',
			{ n: m.usage })}`), why(m)),
	    quota(m));
}

function key(full) {
	return (k) => {
		const state = known(`state.${k.state}`) ? k.state : 'unknown';
		const kind = state === 'ok' ? 'good' : state === 'unknown' ? 'dim' :
		    ['exhausted', 'rate_limited'].includes(state) ? 'warn' : 'bad';
		const text = k.balance === null ? '' :
		    t('status.credits.n', { n: number(k.balance) });

		return el('li', {},
		    el('div', { class: 'line' }, el('code', { class: 'name' }, k.key),
			el('span', { class: `badge ${kind}` }, t(`state.${state}`))),
		    el('div', { class: 'line' }, el('span', { class: 'detail' },
			t('status.used', { n: k.usage })),
			el('span', { class: 'detail' }, text)),
		    k.balance === null ? null :
			bar(k.balance / full, kind, `${k.key}: ${text}`));
	};
}

// ---- the whole ----

const none = (words) => el('li', { class: 'detail' }, t(words));

function draw() {
	$('status-body').hidden = now === null;
	if (now === null)
		return;
	const s = now.status;
	const keys = s.keys ?? [];	// null: they are not for this token
	const full = Math.max(GRANT, ...keys.map((k) => k.balance ?? 0));

	$('updated').textContent = t('status.updated', { time: clock(now.at) });
	$('figures').replaceChildren(...figures(s));
	$('routing').textContent = t(s.smart_routing_enabled ?
	    'status.routing.on' : 'status.routing.off');
	$('status-models').replaceChildren(...s.models.map(model));
	if (s.models.length === 0)
		$('status-models').append(none('status.models.none'));
	$('status-keys').replaceChildren(...keys.map(key(full)));
	if (keys.length === 0)
		$('status-keys').append(none(s.keys === null ?
		    'status.keys.hidden' : 'status.keys.none'));
	$('share').textContent = t('status.share', { n: number(full) });
	$('share').hidden = keys.every((k) => k.balance === null);
	drawHistory();
}

function drawHistory() {
	if (now === null)
		return;
	const width = $('chart').clientWidth;

	$('chart').replaceChildren(width > 0 ?
	    chart(now.history.history, width) : '');
	$('days').replaceChildren(...days(now.history.history));
}

async function refresh() {
	$('refresh').disabled = true;
	try {
		const [status, history] = await Promise.all([read('status'),
			read('history')]);
		now = { status, history, at: new Date() };
		alert($('status-alert'), null);
	} catch (e) {
		alert($('status-alert'), words(e));
	}
	$('refresh').disabled = false;
	draw();
}

// The view comes and goes; while it is there it is kept fresh.
export function showStatus(on) {
	if (on && !shown)
		refresh();
	shown = on;
}

export function status() {
	$('refresh').addEventListener('click', refresh);
	new ResizeObserver(drawHistory).observe($('chart'));
	setInterval(() => {
		if (shown && !document.hidden && !$('refresh').disabled &&
		    $('status-alert').childElementCount === 0)
			refresh();
	}, EVERY);
	onLanguage(draw);
}
