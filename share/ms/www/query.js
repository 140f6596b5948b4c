// A query of balances: what was typed, cut into requests that the gateway
// answers within its time, and asked a few at once. The models of one key go
// one request after the other: the service wants about one call at a time.
import { Fault, read } from './api.js';

const LANES = 4;
const MODELS = 8;		// of one request

// Words between commas, spaces, lines and their Chinese sisters, each once.
export const split = (text) =>
	[...new Set(text.split(/[\s,;，；、]+/u).filter(Boolean))];

export const mask = (key) => (key.length < 16 ? '*******' :
	`${key.slice(0, 7)}…${key.slice(-4)}`);

function chunks(list) {
	const all = [];

	for (let i = 0; i < list.length; i += MODELS)
		all.push(list.slice(i, i + MODELS));
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

async function one(key, models, signal) {
	const json = key === null ? { models } : { models, api_keys: [key] };

	try {
		return (await read('api/balance', { json, signal })).data;
	} catch (e) {
		// 503: some could not be asked; what is known is there
		if (Array.isArray(e.body?.data))
			return e.body.data;
		if (key === null || !(e instanceof Fault) ||
		    [401, 403].includes(e.status))
			throw e;
		return lost(key, models, e);
	}
}

// How many requests that is.
export const count = (keys, models) =>
	Math.max(keys.length, 1) * chunks(models).length;

// Calls got(rows, n) for each answer, n being the place of its key. Throws
// what makes all further requests vain.
export async function run(keys, models, { signal, got }) {
	const queue = [...(keys.length === 0 ? [null] : keys).entries()];

	async function lane() {
		for (let job = queue.shift(); job !== undefined; job = queue.shift())
			for (const part of chunks(models))
				got(await one(job[1], part, signal), job[0]);
	}
	await Promise.all(Array.from({ length: LANES }, lane));
}
