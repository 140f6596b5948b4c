// A query of balances: what was typed, cut into requests that the gateway
// answers within its time, and asked a few at once. The models of one key go
// one request after the other: the service wants about one call at a time. Of
// many keys, whose credits alone are asked for, some go together.
import { Fault, read } from './api.js';

const LANES = 4;
const MODELS = 8;		// of one request
const KEYS = 8, MANY = 32;	// of one request, of requests

// Words between commas, spaces, lines and their Chinese sisters, each once.
export const split = (text) =>
	[...new Set(text.split(/[\s,;，；、]+/u).filter(Boolean))];

export const mask = (key) => (key.length < 16 ? '*******' :
	`${key.slice(0, 7)}…${key.slice(-4)}`);

// A list in parts of n; of nothing, one part with nothing in it.
function parts(list, n) {
	const all = [];

	for (let i = 0; i < list.length; i += n)
		all.push(list.slice(i, i + n));
	return all.length === 0 ? [[]] : all;
}

const blank = { request_limit: null, request_remaining: null,
	model_request_limit: null, model_request_remaining: null,
	balance: { available: null, total: null, frozen: null },
	latency_ms: null, hint: null };

// What stands for an answer that did not come: nothing is said of the key.
function lost(key, models, e) {
	return (models.length === 0 ? [null] : models).map((model) => ({
		...blank, key: mask(key), model, state: 'unknown', error: e.message,
		fault: e,
	}));
}

// One request: these keys, or the server's own if there are none.
async function one(keys, models, signal) {
	const json = keys.length === 0 ? { models } : { models, api_keys: keys };

	try {
		return (await read('api/balance', { json, signal })).data;
	} catch (e) {
		// 503: some could not be asked; what is known is there
		if (Array.isArray(e.body?.data))
			return e.body.data;
		if (keys.length === 0 || !(e instanceof Fault) ||
		    [401, 403].includes(e.status))
			throw e;
		if (keys.length === 1 || e.status !== 400)
			return keys.flatMap((key) => lost(key, models, e));
	}
	// one of them is no key at all: the others are not to suffer
	const rows = [];
	for (const key of keys)
		rows.push(...await one([key], models, signal));
	return rows;
}

// How much there is to ask.
export const count = (keys, models) =>
	Math.max(keys.length, 1) * parts(models, MODELS).length;

// Calls got(rows, n) for each answer, n being how much of count it is; a row
// has the place of its key. Throws what makes all further requests vain.
export async function run(keys, models, { signal, got }) {
	const together = models.length > 0 ? 1 :
	    Math.min(Math.ceil(keys.length / MANY), KEYS) || 1;
	const queue = parts(keys, together).map((some, i) =>
		({ some, first: i * together }));

	async function lane() {
		for (let job = queue.shift(); job !== undefined; job = queue.shift())
			for (const part of parts(models, MODELS)) {
				const rows = await one(job.some, part, signal);
				const each = rows.length === job.some.length ? 1 : 0;
				got(rows.map((r, i) => ({ ...r, place: job.first +
				    (together > 1 ? i * each : 0) })),
				Math.max(job.some.length, 1));
			}
	}
	await Promise.all(Array.from({ length: LANES }, lane));
}
