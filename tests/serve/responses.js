// What programs do that use the Responses API of the OpenAI SDK, where
// upstream knows chat completions alone.
'use strict';
const OpenAI = require('openai');
const { ask, done, ok, port, until } = require('./net.js');

const client = new OpenAI({ apiKey: 'sdk-0123456789abcdef', maxRetries: 0,
	baseURL: `http://127.0.0.1:${port}/v1` });
const create = (o) => client.responses.create({
	model: 'Test/Model-A', input: 'hi', ...o });
const tools = [{ type: 'function', name: 'get_weather', strict: false,
	parameters: { type: 'object', properties: { city: { type: 'string' } } } }];
const format = { type: 'json_schema', name: 'answer', strict: true, schema: {
	type: 'object', properties: { answer: { type: 'number' } } } };

async function stats() {
	return (await fetch(`${process.env.SIM}/sim/stats`)).json();
}

// All events of a stream.
async function events(o) {
	const all = [];
	for await (const e of await create({ stream: true, ...o }))
		all.push(e);
	return all;
}

const types = (all) => all.map((e) => e.type.replace('response.', ''));

async function plain() {
	const r = await create({ instructions: 'be brief', temperature: 1,
		metadata: { a: 'b' } });
	ok(r.output_text === 'Hello from Test/Model-A.' &&
	    r.status === 'completed' && /^resp_/.test(r.id) &&
	    r.model === 'Test/Model-A' && r.usage.output_tokens === 4 &&
	    r.usage.total_tokens === r.usage.input_tokens + 4, 'text', r);
	ok(r.instructions === 'be brief' && r.temperature === 1 &&
	    r.metadata.a === 'b' && r.error === null &&
	    Math.abs(r.created_at - Date.now() / 1000) < 300,
	    'what was asked is repeated', r);
	const thought = await create({ model: 'sim/reason' });
	ok(thought.output.map((i) => i.type).join() === 'reasoning,message' &&
	    thought.output[0].summary[0].text === 'Let me think.',
	    'reasoning', thought.output);
	const cut = await create({ model: 'sim/long:10', max_output_tokens: 3 });
	ok(cut.status === 'incomplete' && cut.output_text === 'word1 word2 word3' &&
	    cut.incomplete_details.reason === 'max_output_tokens', 'cut', cut);
	const parsed = await client.responses.parse({ model: 'sim/json',
		input: 'hi', text: { format } });
	ok(parsed.output_parsed.answer === 42, 'structured output', parsed);
	const seen = await create({ model: 'sim/images', input: [{ role: 'user',
		content: [{ type: 'input_text', text: 'what is this?' }, {
			type: 'input_image', detail: 'auto',
			image_url: 'data:image/png;base64,iVBORw0KGgo=' }] }] });
	ok(seen.output_text === '1 image parts', 'vision', seen.output);
}

// A question, its tool calls, their results, the answer; then one more.
async function talk() {
	const input = [{ role: 'developer', content: 'use tools' },
		{ role: 'user', content: 'what weather?' }];
	const first = await create({ model: 'sim/tools:2', input, tools });
	const calls = first.output.filter((i) => i.type === 'function_call');
	ok(calls.length === 2 && calls[0].call_id !== calls[1].call_id &&
	    calls.every((c) => c.name === 'get_weather' &&
		JSON.parse(c.arguments).city === 'Paris'), 'tools', first.output);
	input.push(...first.output);
	for (const c of calls)
		input.push({ type: 'function_call_output', call_id: c.call_id,
			output: 'sunny' });
	const second = await create({ input, tools });
	ok(second.output_text.startsWith('Hello'), 'their results', second.output);
	input.push(...second.output, { role: 'user', content: 'and tomorrow?' });
	const third = await create({ model: 'sim/echo', input, tools });
	ok(third.output_text === 'and tomorrow?', 'a longer talk', third.output);
}

async function streams() {
	const all = await events({ model: 'sim/reason' });
	ok(all.every((e, i) => e.sequence_number === i), 'events are numbered');
	ok(types(all).join(' ').replace(/(\S+_text.delta)( \1)+/g, '$1') ===
	    'created in_progress output_item.added reasoning_summary_part.added ' +
	    'reasoning_summary_text.delta reasoning_summary_text.done ' +
	    'reasoning_summary_part.done output_item.done output_item.added ' +
	    'content_part.added output_text.delta output_text.done ' +
	    'content_part.done output_item.done completed',
	    'a stream', types(all));
	const last = all.at(-1).response;
	ok(last.usage.output_tokens > 0 && last.output.length === 2,
	    'its end says all', last);
	const run = client.responses.stream({ model: 'sim/tools:2', input: 'hi',
		tools });
	let said = '';
	run.on('response.function_call_arguments.delta', (e) => {
		said += e.delta;
	});
	const final = await run.finalResponse();
	ok(final.output.length === 2 && said ===
	    final.output.map((c) => c.arguments).join(''), 'tools in a stream',
	    [said, final.output]);
	const json = await client.responses.stream({ model: 'sim/json',
		input: 'hi', text: { format } }).finalResponse();
	ok(json.output[0].content[0].text === '{"answer":42}',
	    'structured output in a stream', json.output);
	const cut = await events({ model: 'sim/long:10', max_output_tokens: 3 });
	ok(types(cut).at(-1) === 'incomplete', 'a cut stream', types(cut));
}

async function errors() {
	const fails = async (name, what, o) => {
		const e = await create(o).catch((x) => x);
		ok(e instanceof OpenAI[what] && e.message.length > 20,
		    `${name}: ${what}`, String(e));
	};
	await fails('a kept response', 'BadRequestError',
	    { previous_response_id: 'resp_1' });
	await fails('a tool of the service', 'BadRequestError',
	    { tools: [{ type: 'web_search' }] });
	await fails('a bad parameter', 'BadRequestError', { model: 'sim/bad-param' });
	await fails('no such model', 'NotFoundError', { model: 'nope' });
	await fails('broken upstream', 'InternalServerError', { model: 'sim/500' });
	await fails('refused before a stream', 'InternalServerError',
	    { model: 'sim/500', stream: true });
	const cut = await events({ model: 'sim/reset-mid' }).catch((x) => x);
	ok(cut instanceof OpenAI.APIError && /broke off/.test(cut.message),
	    'a stream that breaks off', cut);
	const raw = await ask('/v1/responses', JSON.stringify({ input: 'hi',
		model: 'Org/sim-reset-mid', stream: true }));
	const [error, failed] = raw.text.match(/^data: .*$/gm).slice(-2)
	    .map((s) => JSON.parse(s.slice(6)));
	ok(error.type === 'error' && error.message === error.error.message &&
	    failed.type === 'response.failed' && failed.response.status ===
	    'failed' && failed.sequence_number === error.sequence_number + 1 &&
	    failed.response.error.message === error.message,
	    'in its last events', [error, failed]);
	const e = await client.responses.stream({ model: 'sim/error-mid',
		input: 'hi' }).finalResponse().catch((x) => x);
	ok(e.code === 'upstream_error', 'an error in mid-stream', e);
	const before = (await stats()).client_gone;
	for await (const x of await create({ model: 'sim/long:10000+slow:20',
	    stream: true }))
		if (x.delta?.includes('word3'))
			break;
	ok(await until(async () => (await stats()).client_gone > before),
	    'a break in mid-stream ends the upstream call');
}

(async () => {
	await plain();
	await talk();
	await streams();
	await errors();
	done();
})().catch((e) => {
	console.log(`not ok - ${e.stack}`);
});
