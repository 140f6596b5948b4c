// What every client must be able to do: node cases.js CLIENT API.
'use strict';
const { done, ok, until } = require('./net.js');

const name = process.argv.slice(2).join(' ');
const client = require('./clients.js')[name];
const png = 'data:image/png;base64,iVBORw0KGgo=';
const key = 'sdk-0123456789abcdef';
const ask = (model, more) => ({ key, model, turns: [{ user: 'hi' }], ...more });
const say = (model, more) => client.say(ask(model, more));

// An answer in a stream, and the pieces that it came in.
async function stream(model, more, each = () => {}) {
	const pieces = [];
	const r = await client.stream(ask(model, more), (text) => {
		pieces.push(text);
		each(text);
	});
	return { ...r, pieces };
}

async function stats() {
	return (await fetch(`${process.env.SIM}/sim/stats`)).json();
}

// The status of the error that a promise ends in; 0: of an error without
// one; null: there was none.
async function failure(promise) {
	try {
		await promise;
		return null;
	} catch (e) {
		if (e.name === 'InsufficientQuotaError') // LangChain's, without one
			return 429;
		return e.status ?? e.statusCode ?? e.cause?.status ?? 0;
	}
}

async function texts() {
	const r = await say('Test/Model-A');
	ok(r.text === 'Hello from Test/Model-A.' && r.finish === 'stop' &&
	    r.used === 4, 'an answer', r);
	const s = await stream('sim/long:50');
	ok(/^word1 .*word50$/.test(s.text) && s.finish === 'stop' &&
	    s.used === 50, 'a stream', s);
	ok(s.pieces.length > 10 && s.pieces.join('') === s.text,
	    'comes piece by piece', s.pieces.length);
	const u = await stream('sim/unicode');
	ok(u.text === (await say('sim/unicode')).text && /[^\0-\x7f]/.test(u.text),
	    'of any characters', u.text);
	const cut = await say('sim/long:10', { max: 3 });
	ok(cut.text === 'word1 word2 word3' && cut.finish === 'length', 'cut', cut);
	const thought = await stream('sim/reason');
	ok(thought.text === 'Hello from sim/reason.' && thought.finish === 'stop',
	    'after thinking', thought);
	const told = await say('sim/echo', { turns: [{ user: 'one' },
		{ calls: [{ id: 'c', name: 'get_weather', input: {} }] },
		{ result: 'rain', id: 'c' }, { user: 'two' }] });
	ok(told.text === 'two', 'to the last of many turns', told);
	ok((await say('sim/images', { turns: [{ user: 'what?', image: png }] }))
	    .text === '1 image parts', 'about an image');
	ok((await say('auto')).text.startsWith('Hello'), 'of any model');
}

async function tools() {
	for (const way of [say, stream]) {
		const r = await way('sim/tools', { tools: true });
		const c = r.calls[0];
		ok(c?.name === 'get_weather' && c.input.city === 'Paris' &&
		    r.finish === 'tools' && c.id.length > 0,
		    way === say ? 'a tool' : 'in a stream', r);
		const next = await way('Test/Model-A', { tools: true, turns: [
			{ user: 'hi' }, { calls: r.calls }, { result: 'rain', id: c.id }] });
		ok(next.text === 'Hello from Test/Model-A.', 'and its result', next);
	}
}

async function errors() {
	const expect = async (status, promise, what) => {
		const got = await failure(promise);
		ok(got === status, `${what}: ${status}`, got);
	};
	await expect(400, say('sim/bad-param'), 'a bad parameter');
	await expect(401, say('Test/Model-A', { key: 'nobody' }), 'no such token');
	await expect(404, say('nope'), 'no such model');
	await expect(429, say('sim/too-many'), 'too many');
	await expect(502, say('sim/500'), 'broken');
	await expect(429, stream('Test/Model-B', { key: 'few-0123456789abcdef' }),
	    'out of quota');
	await expect(502, stream('sim/hollow'), 'hollow');
	for (const model of ['sim/error-mid', 'sim/reset-mid', 'sim/close-mid'])
		ok(await failure(stream(model)) !== null,
		    `${model} is an error in mid-stream`);
}

async function aborts() {
	for (const way of [stream, say]) {
		const before = (await stats()).client_gone;
		const stop = new AbortController();
		const first = new Promise((tell) => {
			if (way === say)
				until(async () => (await stats()).in_flight > 0).then(tell);
			else
				stop.begun = tell;
		});
		const gone = failure(way(way === say ? 'sim/delay:20000' :
			'sim/long:10000+slow:20', { signal: stop.signal },
		() => stop.begun()));
		await first;
		stop.abort();
		ok(await gone !== null, 'an abort is an error');
		ok(await until(async () => (await stats()).client_gone > before),
		    'and ends the upstream call');
	}
}

(async () => {
	await texts();
	await tools();
	if (client.embed) {
		const v = await client.embed(key, ['a', 'b']);
		ok(v.length === 2 && v[0].length === 8 && v[0][0] !== v[1][0],
		    'embeddings', v);
	}
	await errors();
	await aborts();
	done();
})().catch((e) => {
	console.log(`not ok - ${e.stack}`);
});
