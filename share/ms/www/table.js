// Tables that sort by any of their columns. A column is { name, label, value,
// show, number, wide }: what it sorts by and what it shows (a text or a node)
// of a row.
import { el } from './dom.js';
import { t } from './i18n.js';

const unknown = (value) => value === null || value === '';

// Unknown comes last, whichever way it sorts.
function compare(a, b, down) {
	if (unknown(a) || unknown(b))
		return unknown(a) - unknown(b);
	const order = typeof a === 'number' && typeof b === 'number' ? a - b :
	    String(a).localeCompare(String(b), undefined, { numeric: true });
	return down ? -order : order;
}

export class Table {
	#by = null;
	#down = false;
	#caption;
	#columns;

	// caption and the labels of columns are keys of texts.
	constructor(caption, columns) {
		this.#caption = caption;
		this.#columns = columns;
		this.rows = [];
		this.node = el('table', { role: 'table' });
	}

	// Columns in which something is known.
	get shown() {
		return this.#columns.filter((c) => c.always ||
		    this.rows.some((r) => !unknown(c.value(r))));
	}

	get sorted() {
		const by = this.#columns.find((c) => c.name === this.#by);

		return by === undefined ? this.rows : this.rows.toSorted((a, b) =>
		    compare(by.value(a), by.value(b), this.#down));
	}

	// The heads, and what the rows sort by and thus mean, as lists of texts.
	get matrix() {
		return [this.shown.map((c) => t(c.label)),
			...this.sorted.map((r) => this.shown.map((c) =>
			    (c.text ?? c.value)(r) ?? ''))];
	}

	#sort(name) {
		this.#down = this.#by === name && !this.#down;
		this.#by = name;
		this.draw();
		this.node.querySelector(`[data-sort="${name}"]`).focus();
	}

	#head(c) {
		const here = c.name === this.#by;

		return el('th', { scope: 'col', role: 'columnheader',
			class: c.number ? 'number' : null,
			'aria-sort': !here ? 'none' :
			    this.#down ? 'descending' : 'ascending' },
		    el('button', { type: 'button', 'data-sort': c.name,
			click: () => this.#sort(c.name) }, t(c.label),
			el('span', { class: 'arrow', 'aria-hidden': 'true' },
			    here ? (this.#down ? '▼' : '▲') : '')));
	}

	draw() {
		const columns = this.shown;

		this.node.replaceChildren(
		    el('caption', { class: 'away' }, t(this.#caption)),
		    el('thead', { role: 'rowgroup' },
			el('tr', { role: 'row' }, columns.map((c) => this.#head(c)))),
		    el('tbody', { role: 'rowgroup' }, this.sorted.map((r) =>
			el('tr', { role: 'row' }, columns.map((c) => el('td', {
				role: 'cell', class: [c.number ? 'number' : '',
				    c.wide ? 'wide' : '', unknown(c.value(r)) ?
					'none' : ''].join(' '),
				'data-label': t(c.label),
			}, (c.show ?? c.value)(r) ?? '–'))))));
	}
}

// A field of CSV. A spreadsheet would run a text that begins like a formula.
function field(value) {
	const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ?
	    `'${value}` : String(value);

	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csv = (matrix) => '\ufeff' + matrix.map((row) =>
	`${row.map(field).join(',')}\r\n`).join('');

export const tsv = (matrix) => matrix.map((row) => `${row.map((v) =>
	String(v).replace(/[\t\r\n]+/g, ' ')).join('\t')}\n`).join('');
