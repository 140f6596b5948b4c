// The description of the API against the server's real answers.
'use strict';
const fs = require('fs');
const http = require('http');
const Ajv = require('ajv/dist/2020').default;
const { done, ok, port } = require('./net.js');

const open = +process.env.OPEN;		// a server without tokens
const admin = { authorization: 'Bearer bob-0123456789abcdef' };
const alice = { authorization: 'Bearer alice-0123456789abcdef' };
const spent = { authorization: 'Bearer few-0123456789abcdef' };
const hi = [{ role: 'user', content: 'hi' }];
const doc = JSON.parse(fs.readFileSync(process.env.OPENAPI, 'utf8'));
const seen = new Set();

// ---- schemas ----

const follow = (node) => (node.$ref === undefined ? node :
    node.$ref.slice(2).split('/').reduce((at, name) => at[name], doc));

// In a test no answer has a member that is not described.
function close(node) {
	if (node === null || typeof node !== 'object')
		return;
	if (node.properties && node.additionalProperties === undefined)
		node.additionalProperties = false;
	Object.values(node).forEach(close);
}

const closed = structuredClone(doc);
close(closed);
const ajv = new Ajv({ strict: false, allErrors: true, formats: {
	'password': true,
	'date': /^\d{4}-\d\d-\d\d$/,
	'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
} });
ajv.addSchema(closed, 'doc');

const compiled = new Map();
function faults(schema, value) {
	const text = JSON.stringify(schema).replaceAll('"#/', '"doc#/');

	if (!compiled.has(text))
		compiled.set(text, ajv.compile(JSON.parse(text)));
	const check = compiled.get(text);
	return check(value) ? '' : ajv.errorsText(check.errors);
}

// ---- requests ----

function ask(to, method, path, { headers = {}, body } = {}) {
	return new Promise((yes, no) => {
		const r = http.request({ host: '127.0.0.1', port: to, method, path,
			headers: { ...body === undefined ? {} :
			    { 'content-type': 'application/json' }, ...headers } },
		(answer) => {
			let text = '';
			answer.setEncoding('utf8');
			answer.on('data', (d) => { text += d; });
			answer.on('end', () => yes({ status: answer.statusCode,
				headers: answer.headers, text }));
		});
		r.on('error', no);
		r.end(body);
	});
}

const calls = new Map(Object.entries(doc.paths).flatMap(([path, item]) =>
	Object.entries(item).map(([method, o]) => [o.operationId,
		{ ...o, path, method: method.toUpperCase() }])));

// What every HTTP answer may have, and a stream.
const usual = new Set(['date', 'connection', 'keep-alive', 'content-type',
	'content-length', 'transfer-encoding', 'cache-control',
	'x-accel-buffering', 'request-id', 'content-security-policy',
	'x-content-type-options', 'referrer-policy', 'vary']);

// The data of a stream's events.
const events = (text) => text.split('\n').filter((l) =>
    l.startsWith('data: {')).map((l) => JSON.parse(l.slice(6)));

function body(media, type, text) {
	if (type === 'text/event-stream')
		return events(text).map((e) => (media['x-event'] ?
		    faults(media['x-event'], e) : '')).filter(Boolean).join('; ') ||
		    (events(text).length > 0 ? '' : 'no event');
	return faults(media.schema, type === 'application/json' ?
	    JSON.parse(text) : text);
}

// Is this answer one that the description has?
function described(o, answer) {
	const r = o.responses[answer.status];
	const type = (answer.headers['content-type'] ?? '').split(';')[0];

	if (r === undefined)
		return `status ${answer.status} is not described: ${answer.text}`;
	const { headers = {}, content } = follow(r);
	const more = Object.keys(answer.headers).filter((h) =>
		!usual.has(h) && !(h in headers) && !(answer.status !== 200 &&
		    /^x-ms-|^modelscope-/.test(h)));
	if (more.length > 0)
		return `headers that are not described: ${more}`;
	if (content[type] === undefined)
		return `type ${type} is not described`;
	seen.add(r.$ref ?? o.operationId);
	return body(content[type], type, answer.text);
}

// One test: this call is answered with this status, as described.
async function call(id, status, options = {}) {
	const o = calls.get(id);
	const path = (options.path ?? o.path).replace('{id}', options.id ?? '');
	const json = options.json ?? (options.body === undefined &&
	    o.requestBody ? o.requestBody.content['application/json'].example :
	    undefined);
	const answer = await ask(options.to ?? port, o.method, path, {
		headers: { ...options.to ? {} : admin, ...options.headers },
		body: json === undefined ? options.body : JSON.stringify(json) });
	const why = answer.status === status ? described(o, answer) :
	    `got ${answer.status}: ${answer.text}`;

	ok(why === '', `${o.method} ${path}: ${status}${options.name ?
	    `, ${options.name}` : ''}`, why);
	return answer;
}

// ---- the walk ----

async function valid() {
	const { Validator } = await import('@seriousme/openapi-schema-validator');
	const v = new Validator();
	const r = await v.validate(structuredClone(doc));

	ok(r.valid && v.version === '3.1', 'it is OpenAPI 3.1', r.errors);
	for (const [id, o] of calls) {
		const json = o.requestBody?.content['application/json'];
		ok(json === undefined || faults(json.schema, json.example) === '',
		    `the example of ${id} is what it describes`);
	}
}

// What the page shows of it, in Chinese too.
async function chinese() {
	const { default: zh } = await import(`data:text/javascript,${
		encodeURIComponent(fs.readFileSync(`${process.env.WWW}/docs-zh.js`))}`);
	const texts = [];
	const look = (node, shown) => {
		if (node === null || typeof node !== 'object')
			return;
		if (shown && typeof node.description === 'string')
			texts.push(...node.description.split('\n\n'));
		Object.values(node).forEach((below) => look(below, true));
	};

	look(doc.info, true);
	look(doc.paths, false);
	look({ ...doc.components, securitySchemes: null }, false);
	const lacks = texts.filter((text) => zh[text] === undefined);
	const over = Object.keys(zh).filter((text) => !texts.includes(text));
	ok(lacks.length + over.length === 0, 'each text is there in Chinese',
	    { lacks, over });
}

// Each example, as the page sends it.
async function examples() {
	const queue = await call('images', 200, { name: 'a task',
		headers: { 'x-modelscope-async-mode': 'true' } });
	const ids = { task: JSON.parse(queue.text).task_id,
		model: 'Test/Model-A' };

	for (const id of calls.keys())
		await call(id, 200, { id: ids[id] });
	await call('model', 200, { id: 'test%2Fmodel-a' });
	await call('root', 200, { headers: { accept: 'text/html' } });
}

async function shapes() {
	for (const id of ['chat', 'completions', 'messages', 'nativeChat'])
		await call(id, 200, { name: 'streamed', json: { stream: true,
			messages: hi, prompt: 'hi' } });
	await call('responses', 200, { name: 'streamed',
		json: { stream: true, input: 'hi' } });
	for (const model of ['reason', 'tools', 'error-mid', 'usage-always'])
		for (const stream of [false, true])
			if (stream || model !== 'error-mid')
				await call('chat', 200, { name: `${model} ${stream}`,
					json: { model: `sim/${model}`, stream, messages: hi } });
	for (const model of ['reason', 'tools', 'no-usage'])
		await call('nativeChat', 200, { name: model,
			json: { model_id: `sim/${model}`, messages: hi } });
	await call('nativeChat', 200, { name: 'an error in a stream',
		json: { model_id: 'sim/error-mid', stream: true, messages: hi } });
	await call('balance', 200, { name: 'with models', json: { models:
		['Test/Model-A', 'sim/quota-day'],
	api_keys: ['ms-credits7-0', 'ms-bad-0'] } });
	await call('balance', 200, { name: 'of a service that is down',
		json: { api_key: 'ms-bal500-0' } });
}

// Errors, in each family.
async function errors() {
	const bad = { json: {} };
	const posts = [...calls.values()].filter((o) => o.method === 'POST');

	for (const o of calls.values()) {
		const id = o.operationId, args = { id: 'x' };
		if (o.security?.length !== 0)
			await call(id, 401, { ...args, headers: { authorization: 'x' } });
		if (o['x-admin'])
			await call(id, 403, { headers: alice });
		await call(id, 421, { ...args, to: open,
			headers: { host: 'evil.example' } });
		if (o.responses[403] !== undefined)
			await call(id, 403, { ...args, to: open,
				headers: { origin: 'https://evil.example' } });
	}
	for (const o of posts.filter((p) => p.requestBody)) {
		await call(o.operationId, 415, { body: 'x',
			headers: { 'content-type': 'text/plain' } });
		await call(o.operationId, 413, { body: 'x'.repeat(70000) });
		await call(o.operationId, 400, { ...bad, ...o.operationId ===
		    'balance' ? { json: [] } : {} });
	}
	await call('balance', 403, { name: 'the own keys', headers: alice });
	await call('status', 200, { name: 'without keys', headers: alice });
	await call('chat', 400, { body: '{"messages":' });
	await call('model', 404, { id: 'none' });
	await call('task', 404, { id: 'none' });
}

// Refusals of the service, in each family that has models.
async function refusals() {
	const families = { chat: 'model', messages: 'model', nativeChat: 'model_id',
		n8nChat: 'model_id' };

	for (const [id, member] of Object.entries(families)) {
		const of = (name) => ({ name, json: { [member]: name, messages: hi,
			prompt: 'hi', max_tokens: 9 } });
		await call(id, 404, of('none'));
		await call(id, 502, of('sim/500'));
		await call(id, 504, of('sim/stall-head'));
		await call(id, 429, of('sim/quota-day'));
		await call(id, 503, of('sim/no-provider'));
	}
	await call('chat', 429, { name: 'of the token', headers: spent });
}

(async () => {
	await valid();
	await chinese();
	await examples();
	await shapes();
	await errors();
	await refusals();
	const never = [...new Set([...calls.values()].flatMap((o) =>
		Object.entries(o.responses).map(([status, r]) =>
			r.$ref ?? (status === '200' ? o.operationId : ''))))]
	    .filter((name) => !seen.has(name));
	ok(/^(\S*\/(Native|Status|Balance)?(Failed|Unavailable|Slow|BadRequest),?)*$/
	    .test(never.join()), 'all that is described was seen, but for the ' +
	    'failures of programs', never);
	done();
})();
