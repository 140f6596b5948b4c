// Clients of several APIs behind one face, so that all are asked the same.
// A conversation is a list of turns: {user}, with an image if that is a URL
// too, {calls}, {result}. An answer is {text, calls, finish, used}, with
// finish one of stop, length, tools.
'use strict';
const { port } = require('./net.js');

const url = `http://127.0.0.1:${port}/v1`;
const city = { type: 'object', properties: { city: { type: 'string' } } };
const about = 'the weather in a city';
const words = { stop: 'stop', end_turn: 'stop', completed: 'stop',
	length: 'length', max_tokens: 'length', incomplete: 'length',
	tool_calls: 'tools', tool_use: 'tools', 'tool-calls': 'tools' };
const parse = (s) => typeof s === 'string' ? JSON.parse(s) : s;

// ---- openai ----

function openai(key) {
	const { OpenAI } = require('openai');
	return new OpenAI({ apiKey: key, baseURL: url, maxRetries: 0 });
}

async function vectors(key, input) {
	const r = await openai(key).embeddings.create({
		model: 'Test/Model-A', input, encoding_format: 'float' });
	return r.data.map((d) => d.embedding);
}

const chatTurn = (t) => t.calls ? { role: 'assistant', content: null,
	tool_calls: t.calls.map((c) => ({ id: c.id, type: 'function',
		function: { name: c.name, arguments: JSON.stringify(c.input) } })) } :
	t.result ? { role: 'tool', tool_call_id: t.id, content: t.result } :
	{ role: 'user', content: t.image ? [{ type: 'text', text: t.user },
		{ type: 'image_url', image_url: { url: t.image } }] : t.user };

const chat = {
	embed: vectors,
	request: (q) => ({ model: q.model, messages: q.turns.map(chatTurn),
		max_tokens: q.max, tools: q.tools && [{ type: 'function',
			function: { name: 'get_weather', description: about,
				parameters: city } }] }),
	answer: (m, finish, usage) => ({ text: m.content ?? '',
		calls: (m.tool_calls ?? []).map((c) => ({ id: c.id,
			name: c.function.name, input: parse(c.function.arguments) })),
		finish: words[finish], used: usage?.completion_tokens }),
	async say(q) {
		const r = await openai(q.key).chat.completions.create(
		    this.request(q), { signal: q.signal });
		return this.answer(r.choices[0].message,
		    r.choices[0].finish_reason, r.usage);
	},
	async stream(q, each) {
		const run = openai(q.key).chat.completions.stream({
			...this.request(q), stream_options: { include_usage: true },
		}, { signal: q.signal });
		run.on('content', each);
		const r = await run.finalChatCompletion();
		return this.answer(r.choices[0].message,
		    r.choices[0].finish_reason, r.usage);
	},
};

const inputItems = (t) => t.calls ? t.calls.map((c) => ({
	type: 'function_call', call_id: c.id, name: c.name,
	arguments: JSON.stringify(c.input) })) :
	t.result ? [{ type: 'function_call_output', call_id: t.id,
		output: t.result }] :
	[{ role: 'user', content: t.image ? [{ type: 'input_text', text: t.user },
		{ type: 'input_image', image_url: t.image, detail: 'auto' }] :
		t.user }];

const responses = {
	embed: vectors,
	request: (q) => ({ model: q.model, input: q.turns.flatMap(inputItems),
		max_output_tokens: q.max, tools: q.tools && [{ type: 'function',
			name: 'get_weather', description: about, strict: false,
			parameters: city }] }),
	answer(r) {
		const calls = r.output.filter((i) => i.type === 'function_call');
		return { text: r.output_text ?? r.output.flatMap((i) =>
			i.content ?? []).map((p) => p.text).join(''),
		calls: calls.map((c) => ({ id: c.call_id, name: c.name,
			input: parse(c.arguments) })),
		finish: calls.length > 0 ? 'tools' : words[r.status],
		used: r.usage?.output_tokens };
	},
	async say(q) {
		return this.answer(await openai(q.key).responses.create(
		    this.request(q), { signal: q.signal }));
	},
	async stream(q, each) {
		let last;
		for await (const e of await openai(q.key).responses.create({
			...this.request(q), stream: true }, { signal: q.signal })) {
			if (e.type === 'response.output_text.delta')
				each(e.delta);
			last = e.response ?? last;
		}
		q.signal?.throwIfAborted();
		return this.answer(last);
	},
};

// ---- @anthropic-ai/sdk ----

function anthropic(key) {
	const Anthropic = require('@anthropic-ai/sdk');
	return new Anthropic({ apiKey: key, maxRetries: 0,
		baseURL: url.replace('/v1', '') });
}

function imageSource(image) {
	const m = /^data:([^;]+);base64,(.*)$/.exec(image);
	return m ? { type: 'base64', media_type: m[1], data: m[2] } :
		{ type: 'url', url: image };
}

const messageTurn = (t) => t.calls ? { role: 'assistant',
	content: t.calls.map((c) => ({ type: 'tool_use', ...c })) } :
	t.result ? { role: 'user', content: [{ type: 'tool_result',
		tool_use_id: t.id, content: t.result }] } :
	{ role: 'user', content: t.image ? [{ type: 'text', text: t.user },
		{ type: 'image', source: imageSource(t.image) }] : t.user };

const messages = {
	request: (q) => ({ model: q.model, messages: q.turns.map(messageTurn),
		max_tokens: q.max ?? 1000, tools: q.tools && [{
			name: 'get_weather', description: about, input_schema: city }] }),
	answer: (m) => ({
		text: m.content.filter((b) => b.type === 'text')
		    .map((b) => b.text).join(''),
		calls: m.content.filter((b) => b.type === 'tool_use')
		    .map(({ id, name, input }) => ({ id, name, input })),
		finish: words[m.stop_reason], used: m.usage.output_tokens }),
	async say(q) {
		return this.answer(await anthropic(q.key).messages.create(
		    this.request(q), { signal: q.signal }));
	},
	async stream(q, each) {
		const run = anthropic(q.key).messages.stream(this.request(q),
		    { signal: q.signal });
		run.on('text', each);
		return this.answer(await run.finalMessage());
	},
};

// ---- the AI SDK ----

const aiTurn = (t) => t.calls ? { role: 'assistant',
	content: t.calls.map((c) => ({ type: 'tool-call', toolCallId: c.id,
		toolName: c.name, input: c.input })) } :
	t.result ? { role: 'tool', content: [{ type: 'tool-result',
		toolCallId: t.id, toolName: 'get_weather',
		output: { type: 'text', value: t.result } }] } :
	{ role: 'user', content: t.image ? [{ type: 'text', text: t.user },
		{ type: 'image', image: t.image }] : t.user };

function aisdk(kind) {
	const provider = (key) => require('@ai-sdk/openai').createOpenAI({
		apiKey: key, baseURL: url });
	const answer = async (r) => ({ text: await r.text,
		calls: (await r.toolCalls).map((c) => ({ id: c.toolCallId,
			name: c.toolName, input: c.input })),
		finish: words[await r.finishReason],
		used: (await r.usage).outputTokens });
	const request = (q) => {
		const { tool, jsonSchema } = require('ai');
		return { model: provider(q.key)[kind](q.model),
			messages: q.turns.map(aiTurn), maxOutputTokens: q.max,
			maxRetries: 0, abortSignal: q.signal,
			providerOptions: { openai: { store: false } },
			tools: q.tools && { get_weather: tool({ description: about,
				inputSchema: jsonSchema(city) }) } };
	};
	return {
		async embed(key, values) {
			const r = await require('ai').embedMany({ values,
				model: provider(key).embedding('Test/Model-A') });
			return r.embeddings;
		},
		async say(q) {
			return answer(await require('ai').generateText(request(q)));
		},
		async stream(q, each) {
			let broken;
			const r = require('ai').streamText({ ...request(q),
				onError: ({ error }) => { broken = error; } });
			for await (const text of r.textStream)
				each(text);
			if (broken)
				throw broken instanceof Error ? broken :
					new Error(JSON.stringify(broken));
			q.signal?.throwIfAborted();
			return answer(r);
		},
	};
}

// ---- LangChain ----

function langchain(useResponsesApi) {
	const model = (q) => {
		const { ChatOpenAI } = require('@langchain/openai');
		const m = new ChatOpenAI({ apiKey: q.key, model: q.model,
			useResponsesApi, maxRetries: 0, maxTokens: q.max,
			streamUsage: true, configuration: { baseURL: url } });
		return q.tools ? m.bindTools([{ type: 'function', function: {
			name: 'get_weather', description: about, parameters: city } }]) : m;
	};
	const turn = (t) => {
		const { AIMessage, HumanMessage, ToolMessage } =
		    require('@langchain/core/messages');
		return t.calls ? new AIMessage({ content: '', tool_calls:
			t.calls.map((c) => ({ id: c.id, name: c.name, args: c.input,
				type: 'tool_call' })) }) :
			t.result ? new ToolMessage({ content: t.result,
				tool_call_id: t.id }) :
			new HumanMessage(t.image ? { content: [
				{ type: 'text', text: t.user },
				{ type: 'image_url', image_url: { url: t.image } }] } : t.user);
	};
	const textOf = (m) => typeof m.content === 'string' ? m.content :
		m.content.map((p) => p.text ?? '').join('');
	const answer = (m) => ({ text: textOf(m),
		calls: (m.tool_calls ?? []).map((c) => ({ id: c.id, name: c.name,
			input: c.args })),
		finish: m.tool_calls?.length ? 'tools' : words[
			m.response_metadata.finish_reason ?? m.response_metadata.status],
		used: m.usage_metadata?.output_tokens });
	return {
		async embed(key, values) {
			const { OpenAIEmbeddings } = require('@langchain/openai');
			return new OpenAIEmbeddings({ apiKey: key, maxRetries: 0,
				model: 'Test/Model-A', encodingFormat: 'float',
				configuration: { baseURL: url },
			}).embedDocuments(values);
		},
		async say(q) {
			return answer(await model(q).invoke(q.turns.map(turn),
			    { signal: q.signal }));
		},
		async stream(q, each) {
			let all;
			for await (const m of await model(q).stream(q.turns.map(turn),
			    { signal: q.signal })) {
				all = all ? all.concat(m) : m;
				if (textOf(m))
					each(textOf(m));
			}
			return answer(all);
		},
	};
}

module.exports = {
	'openai chat': chat,
	'openai responses': responses,
	'anthropic messages': messages,
	'aisdk chat': aisdk('chat'),
	'aisdk responses': aisdk('responses'),
	'langchain chat': langchain(false),
	'langchain responses': langchain(true),
};
