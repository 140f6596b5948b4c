// Calls of the gateway that this page came from.
import { askToken } from './token.js';
import { known, t } from './i18n.js';
import { token } from './store.js';

// What went wrong. status 0: no answer at all.
export class Fault extends Error {
	constructor(status, body = {}, retry = null) {
		const error = body.error;

		super((typeof error === 'string' ? error : error?.message) ??
		    body.detail ?? body.message ?? '');
		this.status = status;
		this.code = error?.code ?? null;
		this.hint = error?.hint ?? body.hint ?? '';
		this.retry = retry;
		this.body = body;
	}
}

async function fault(response) {
	let body = {};

	try {
		body = await response.json();
	} catch {
		// not JSON: perhaps a proxy's own page
	}
	const after = Number(response.headers.get('retry-after'));
	return new Fault(response.status, body ?? {},
	    after > 0 && after <= 120 ? after : null);
}

// In the reader's words, with those of the server as a detail.
export function words(e) {
	const title = e.status === 0 ? 'error.network' :
	    known(`error.${e.code}`) ? `error.${e.code}` :
	    known(`error.${e.status}`) ? `error.${e.status}` :
	    e.status < 500 ? 'error.400' : 'error.500';

	return {
		title: t(title),
		detail: e.message,
		hint: [e.hint, e.retry ? t('error.retry', { n: e.retry }) : '']
		    .filter(Boolean).join(' '),
	};
}

// One request, as it is. Throws a Fault if none is answered.
export async function send(path, { method, body, headers = {}, signal } = {}) {
	const all = new Headers(headers);

	if (token() !== '')
		all.set('Authorization', `Bearer ${token()}`);
	if (body !== undefined)
		all.set('Content-Type', 'application/json');
	try {
		return await fetch(path, { method, body, headers: all, signal,
			cache: 'no-store' });
	} catch (e) {
		if (e.name === 'AbortError')
			throw e;
		throw new Fault(0);
	}
}

// One request; asks for the token if it is wanted. Returns the response if it
// is good, else throws a Fault.
export async function call(path, { json, signal } = {}) {
	const options = json === undefined ? { signal } :
	    { method: 'POST', body: JSON.stringify(json), signal };

	for (;;) {
		const used = token();
		const response = await send(path, options);
		if (response.ok)
			return response;
		if (response.status !== 401 || !await askToken(used))
			throw await fault(response);
	}
}

export const read = async (path, options) =>
	(await call(path, options)).json();
