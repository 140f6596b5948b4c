// What programs written with the OpenAI SDK do.
'use strict';
const OpenAI = require('openai');
const { done, ok, port, until } = require('./net.js');

const of = (apiKey, maxRetries = 0) => new OpenAI({
	apiKey, maxRetries, baseURL: `http://127.0.0.1:${port}/v1`,
});
const client = of('sdk-0123456789abcdef');
const messages = [{ role: 'user', content: 'hi' }];
const create = (o, c = client) => c.chat.completions.create({
	model: 'Test/Model-A', messages, ...o,
});

async function stats() {
	return (await fetch(`${process.env.SIM}/sim/stats`)).json();
}

// The error that a request ends in.
async function failure(o, c) {
	try {
		const r = await create(o, c);
		if (o.stream)
			for await (const _ of r);
	} catch (e) {
		return e;
	}
	return null;
}

async function basics() {
	const ids = [];
	for await (const m of client.models.list())
		ids.push(m.id);
	ok(ids[0] === 'auto' && ids.includes('Test/Model-B'), 'list', ids);
	const one = await client.models.retrieve('Test/Model-B');
	ok(one.id === 'Test/Model-B' && one.object === 'model',
	    'retrieve an id with a slash', one);
	const { data, response } = await create({}).withResponse();
	ok(data.choices[0].message.content === 'Hello from Test/Model-A.' &&
	    data.usage.completion_tokens === 4, 'chat', data);
	ok(/^req_/.test(response.headers.get('x-request-id')), 'request id');
	ok((await create({ model: 'auto' })).choices.length === 1, 'auto');
	ok((await create({ model: 'gone', models: ['sim/500', 'Test/Model-B'] }))
	    .model === 'Test/Model-B', 'models: an order of fallbacks');
}

async function streams() {
	let text = '', finish, usage;
	for await (const c of await create({ model: 'sim/long:50', stream: true,
	    stream_options: { include_usage: true } })) {
		text += c.choices[0]?.delta?.content ?? '';
		finish ??= c.choices[0]?.finish_reason;
		usage ??= c.usage;
	}
	ok(/^word1 .*word50$/.test(text) && finish === 'stop' &&
	    usage.completion_tokens === 50, 'stream', [text, finish, usage]);
	const run = client.chat.completions.stream({ model: 'sim/tools',
	    messages, tools: [{ type: 'function', function: {
		name: 'get_weather', parameters: { type: 'object' } } }] });
	const call = (await run.finalChatCompletion()).choices[0].message.tool_calls[0];
	ok(call.function.name === 'get_weather' &&
	    JSON.parse(call.function.arguments).city === 'Paris',
	    'tools in a stream', call);
	const parsed = await create({ model: 'sim/json', response_format: {
		type: 'json_schema', json_schema: { name: 'a', schema: {} } } });
	ok(JSON.parse(parsed.choices[0].message.content).answer === 42,
	    'structured output');
	const seen = await create({ model: 'sim/images', messages: [{
		role: 'user', content: [{ type: 'text', text: 'what is this?' }, {
			type: 'image_url',
			image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }] }] });
	ok(seen.choices[0].message.content === '1 image parts', 'vision', seen);
	const before = (await stats()).client_gone;
	for await (const c of await create({ model: 'sim/long:10000+slow:20',
	    stream: true }))
		if (c.choices[0].delta.content?.includes('word3'))
			break;
	ok(await until(async () => (await stats()).client_gone > before),
	    'a break in mid-stream ends the upstream call');
	const mid = await failure({ model: 'sim/error-mid', stream: true });
	ok(mid instanceof OpenAI.APIError, 'an error in mid-stream', mid);
	const cut = await failure({ model: 'sim/reset-mid', stream: true });
	ok(cut !== null, 'a cut stream is an error');
}

async function errors() {
	const expect = async (name, what, o, c) => {
		const e = await failure(o, c);
		ok(e instanceof OpenAI[what] && e.message.length > 10, `${name}: ${what}`,
		    e && [e.constructor.name, e.message]);
		return e;
	};
	await expect('a bad parameter', 'BadRequestError', { model: 'sim/bad-param' });
	await expect('no such token', 'AuthenticationError', {}, of('nobody'));
	await expect('no such model', 'NotFoundError', { model: 'nope' });
	await expect('unprocessable', 'UnprocessableEntityError', { model: 'sim/422' });
	await expect('broken upstream', 'InternalServerError', { model: 'sim/500' });
	const busy = await expect('too many', 'RateLimitError',
	    { model: 'sim/retry-after:1' });
	ok(+busy.headers.get('retry-after') <= 60 && busy.code === 'rate_limit_exceeded',
	    'come again soon', [busy.code, busy.headers.get('retry-after')]);

	await fetch(`${process.env.SIM}/sim/script`, { method: 'POST', body:
	    'model=Retry/* times=1 do=retry-after:1\n' });
	const begun = Date.now();
	const again = await create({ model: 'Retry/Model' },
	    of('sdk-0123456789abcdef', 2));
	ok(again.choices.length === 1 && Date.now() - begun >= 900,
	    'it retries when it was told to', Date.now() - begun);

	let asked = 0;
	const few = of('few-0123456789abcdef', 5);
	const out = await expect('out of quota', 'RateLimitError', {},
	    few.withOptions({ fetch: (...args) => {
		    asked++;
		    return fetch(...args);
	    } }));
	ok(out.code === 'insufficient_quota' &&
	    out.headers.get('x-should-retry') === 'false' && asked === 1,
	    'is not retried', [out.code, asked]);
}

(async () => {
	await basics();
	await streams();
	await errors();
	done();
})().catch((e) => {
	console.log(`not ok - ${e.stack}`);
});
