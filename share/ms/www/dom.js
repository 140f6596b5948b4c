// Elements. Text is only ever text: nothing here parses markup.

export const $ = (id) => document.getElementById(id);

function fill(node, attrs, children) {
	for (const [name, value] of Object.entries(attrs)) {
		if (typeof value === 'function')
			node.addEventListener(name, value);
		else if (value === true)
			node.setAttribute(name, '');
		else if (value !== false && value != null)
			node.setAttribute(name, value);
	}
	node.append(...children.flat(Infinity).filter((c) => c != null));
	return node;
}

// el('a', { href: '#x', click: go }, 'text', node, ...)
export function el(tag, attrs = {}, ...children) {
	return fill(document.createElement(tag), attrs, children);
}

export function svg(tag, attrs = {}, ...children) {
	return fill(document.createElementNS('http://www.w3.org/2000/svg', tag),
	    attrs, children);
}

// A share of a whole as a bar, which its label says in words.
export function bar(share, kind, label) {
	const fill = el('span', { class: `fill ${kind}` });

	fill.style.width = `${Math.round(Math.min(Math.max(share, 0), 1) * 100)}%`;
	return el('span', { class: 'bar', role: 'img', 'aria-label': label }, fill);
}

// What went wrong, said at once by screen readers too. null: nothing did.
export function alert(place, words) {
	place.replaceChildren(...(words === null ? [] : [el('div', {
		class: 'alert', role: 'alert',
	}, el('strong', {}, words.title),
	words.detail ? el('p', { class: 'detail' }, words.detail) : null,
	words.hint ? el('p', {}, words.hint) : null)]));
}

// Saves text as a file of the reader's.
export function download(name, type, text) {
	const url = URL.createObjectURL(new Blob([text], { type }));

	el('a', { href: url, download: name }).click();
	setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// Browsers have a clipboard only for pages of HTTPS or this machine.
export async function copy(text) {
	if (navigator.clipboard !== undefined)
		return navigator.clipboard.writeText(text);
	const area = el('textarea', { class: 'away', 'aria-hidden': 'true' });

	area.value = text;
	document.body.append(area);
	area.select();
	const done = document.execCommand('copy');
	area.remove();
	if (!done)
		throw new Error('no clipboard');
}
