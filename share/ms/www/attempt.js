// A form to try one call of the API with.
import { el } from './dom.js';
import { send, words } from './api.js';
import { t } from './i18n.js';
import { token } from './store.js';

// Words that translate() turns into those of another language.
const said = (tag, attrs, words) => el(tag, { ...attrs, 'data-t': words },
    t(words));
const named = (words) => ({ 'aria-label': t(words),
	'data-t-aria-label': words });
const secret = (param) => param?.schema.format === 'password';

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

// What was filled in, as a request.
function request(path, method, fields) {
	const headers = {}, secrets = [];
	let body;

	for (const { input, param } of fields) {
		const value = input.value.trim();
		if (param === null)
			body = value;
		else if (value !== '' && param.in === 'header') {
			headers[param.name] = value;
			if (secret(param))
				secrets.push(param.name);
		} else if (param.in === 'path')
			path = path.replace(`{${param.name}}`,
			    encodeURIComponent(value));
	}
	return { path, method, headers, secrets, body };
}

// The same for a shell, without what nobody is to see.
function curl(r) {
	const url = new URL(`.${r.path}`, document.baseURI);

	return ['curl', r.method === 'POST' && r.body === undefined ?
	    '-X POST' : '', quote(url.href),
	token() === '' ? '' : '-H "Authorization: Bearer $MS_TOKEN"',
	...Object.entries(r.headers).map(([k, v]) => (r.secrets.includes(k) ?
	    `-H "${k}: $MODELSCOPE_API_KEY"` : `-H ${quote(`${k}: ${v}`)}`)),
	r.body === undefined ? '' : `--json ${quote(r.body)}`]
	    .filter(Boolean).join(' ');
}

const pretty = (type, text) => {
	try {
		return /json/.test(type) ?
		    JSON.stringify(JSON.parse(text), null, 2) : text;
	} catch {
		return text;
	}
};

// Shows an answer as it comes.
async function show(response, result) {
	const type = response.headers.get('content-type') ?? '';
	const path = new URL(response.url).pathname;
	const body = el('pre', { class: 'code', tabindex: 0,
		'aria-label': t('docs.answer', { path }) });
	const reader = response.body.pipeThrough(new TextDecoderStream())
	    .getReader();
	let text = '';

	result.append(el('p', {}, el('span', { class: `badge ${response.ok ?
	    'good' : 'bad'}` }, `${response.status} ${response.statusText}`)),
	el('pre', { class: 'code', tabindex: 0, ...named('docs.headers') },
	    [...response.headers].map(([k, v]) => `${k}: ${v}\n`).join('')),
	body);
	for (let r = await reader.read(); !r.done; r = await reader.read()) {
		text += r.value;
		body.append(r.value);
	}
	body.textContent = pretty(type, text);
}

function field({ input, param }) {
	const attrs = { for: input.id };

	return el('div', {}, param === null ? said('label', attrs, 'docs.body') :
	    el('label', attrs, param.name), input);
}

// path and method of the call, its parameters, an example of its body.
export function attempt(id, path, method, params, example) {
	const fields = params.map((param) => ({ param, input: el('input', {
		id: `${id}-${param.name}`, class: 'code', spellcheck: 'false',
		autocomplete: 'off', type: secret(param) ? 'password' : 'text',
		value: param.in === 'path' ? param.example ?? '' : '' }) }));
	const stop = said('button', { type: 'button', hidden: true }, 'docs.stop');
	const go = said('button', { class: 'primary' }, 'docs.send');
	const result = el('div', { class: 'result', 'aria-live': 'polite' });

	if (example !== undefined) {
		const text = JSON.stringify(example, null, 2);
		const input = el('textarea', { id: `${id}-body`, class: 'code',
			rows: text.split('\n').length + 1, spellcheck: 'false',
			autocomplete: 'off' });
		input.value = text;
		fields.push({ input, param: null });
	}
	async function submit(event) {
		const control = new AbortController();
		const r = request(path, method, fields);

		event.preventDefault();
		stop.onclick = () => control.abort();
		stop.hidden = false;
		go.disabled = true;
		result.replaceChildren(said('p', { class: 'detail' }, 'docs.curl'),
		    el('pre', { class: 'code', tabindex: 0, ...named('docs.curl') },
			curl(r)));
		try {
			await show(await send(`.${r.path}`, { ...r,
				signal: control.signal }), result);
		} catch (e) {
			const why = control.signal.aborted ? t('chat.stopped') :
			    e.status === 0 ? words(e).title : t('error.cut');
			result.append(el('p', { role: 'alert' }, why));
		}
		stop.hidden = true;
		go.disabled = false;
	}
	return el('form', { class: 'try', submit }, fields.map(field),
	    el('div', { class: 'actions end' }, stop, go), result);
}
