// The calls of the last days: bars for the eye, a table for the rest.
import { el, svg } from './dom.js';
import { locale, number, sum, t } from './i18n.js';

const HEIGHT = 220;
const TOP = 12, BOTTOM = 28, LEFT = 44, RIGHT = 10;

// 1, 2 or 5 and zeros: the least of these that three steps of reach n.
function step(n) {
	const least = Math.max(n, 1) / 3;
	const ten = 10 ** Math.floor(Math.log10(least));

	return Math.max(1, [1, 2, 5, 10].find((k) => k * ten >= least) * ten);
}

const date = (day, options) => new Intl.DateTimeFormat(locale(),
	{ timeZone: 'UTC', ...options }).format(new Date(`${day}T00:00:00Z`));
const short = (day) => date(day, { month: 'numeric', day: 'numeric' });
const long = (day) => date(day, { month: 'short', day: 'numeric',
	weekday: 'short' });

// The lines that one reads the bars by.
function grid(top, y, width) {
	const by = step(top), lines = [];

	for (let n = 0; n <= top; n += by)
		lines.push(svg('line', { x1: LEFT, x2: width, y1: y(n), y2: y(n),
			class: n === 0 ? 'axis' : 'grid' }),
		    svg('text', { x: LEFT - 8, y: y(n) + 4, class: 'end' },
			number(n)));
	return lines;
}

function column(d, x, w, y) {
	const good = d.calls - d.failures;
	const part = (from, n, kind) => (n === 0 ? null : svg('rect', { x,
		width: w, y: y(from + n), height: y(from) - y(from + n),
		class: kind, rx: 1.5 }));

	return svg('g', {}, svg('title', {}, t('history.bar', { day: long(d.day),
		calls: number(d.calls), failures: number(d.failures) })),
	    svg('rect', { x: x - w / 4, width: w * 1.5, y: TOP,
		height: HEIGHT - TOP - BOTTOM, class: 'hit' }),
	    part(0, good, 'answered'), part(good, d.failures, 'failed'));
}

export function chart(history, width) {
	const sum = (name) => history.reduce((n, d) => n + d[name], 0);
	const most = Math.max(1, ...history.map((d) => d.calls));
	const top = Math.ceil(most / step(most)) * step(most);
	const y = (n) => HEIGHT - BOTTOM - n / top * (HEIGHT - TOP - BOTTOM);
	const room = (width - LEFT - RIGHT) / history.length;
	const every = room < 40 ? 3 : 1;
	const x = (i) => LEFT + room * i;

	return svg('svg', { width, height: HEIGHT, role: 'img',
		viewBox: `0 0 ${width} ${HEIGHT}`, 'aria-label':
		    sum('calls') === 0 ? t('status.history.none') :
			t('status.history.label', { calls: sum('calls'),
			    failures: sum('failures') }) },
	    grid(top, y, width),
	    history.map((d, i) => column(d, x(i) + room / 6, room * 2 / 3, y)),
	    history.map((d, i) => ((history.length - 1 - i) % every ? null :
		svg('text', { x: x(i) + room / 2, y: HEIGHT - 8,
		    class: 'middle' }, short(d.day)))));
}

// The rows of its table, the newest day first.
export function days(history) {
	const cell = (...content) => el('td', { class: 'number' }, ...content);
	const time = (ms) => (ms === null ? '–' : t('ms', { n: number(ms) }));

	return history.toReversed().map((d) => el('tr', {},
	    el('th', { scope: 'row' }, long(d.day)), cell(number(d.calls)),
	    cell(number(d.failures)),
	    cell(number(sum(d.prompt_tokens, d.completion_tokens))),
	    cell(time(d.p50_ms)), cell(time(d.p95_ms))));
}
