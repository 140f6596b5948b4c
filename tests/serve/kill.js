// kill -9 of a worker, then of the front, amid 100 streams and 100 requests
// that wait for as long as it takes.
'use strict';
const { spawnSync } = require('child_process');
const { ask, chat, done, hurry, ok, open, post, until, usual } =
    require('./net.js');

function children(pattern) {
	return spawnSync('pgrep', ['-P', process.env.SUPER, '-f', pattern])
	    .stdout.toString().split('\n').filter(Boolean).map(Number);
}

async function stats() {
	return (await fetch(`${process.env.SIM}/sim/stats`)).json();
}

async function scene(what, pid, all) {
	const plain = chat('Test/Model-A', false);
	const streams = [], waiting = [];
	for (let i = 0; i < 100; i++) {
		streams.push(open(post('/v1/chat/completions',
		    chat('sim/long:100000+slow:50', true), 'Connection: close\r\n')));
		waiting.push(open(post('/v1/chat/completions',
		    chat('sim/delay:600000', false), 'Connection: close\r\n')));
	}
	await until(async () => (await stats()).in_flight === 200 &&
	    streams.every((c) => c.text.includes('word1')));
	const before = await usual('/v1/chat/completions', plain);
	process.kill(pid, 'SIGKILL');
	const killed = Date.now();
	await until(async () => (await ask('/v1/chat/completions',
	    plain)).status === 200);
	const took = Date.now() - killed;
	ok(took < 1000 + 20 * before, `${what}: the next request works`,
	    [took, before]);
	await hurry();
	let whole = 0, lost = 0, odd = [];
	for (const c of streams) {
		const how = await c.ended;
		// The end of a stream is its [DONE] and the last chunk.
		if (/data: \[DONE\]\n\n\r\n0\r\n\r\n$/.test(c.text))
			whole++;
		else if (!c.text.endsWith('0\r\n\r\n') && !c.text.includes('[DONE]'))
			lost++;
		else
			odd.push([how, c.text.slice(-80)]);
	}
	for (const c of waiting) {
		await c.ended;
		if (/^HTTP\/1.1 200 [^]*Hello from/.test(c.text))
			whole++;
		else if (c.text === '' || /^HTTP\/1.1 502 [^]*upstream_error/.test(c.text))
			lost++;
		else
			odd.push(c.text);
	}
	ok(odd.length === 0 && whole + lost === 200,
	    `${what}: every loss is seen as one (${whole} whole, ${lost} lost)`, odd);
	ok(all ? whole === 0 : whole > 0 && lost > 0,
	    `${what}: only what it held is lost`, [whole, lost]);
}

(async () => {
	await scene('worker', children('ms-chat --listen')[0], false);
	await scene('front', children('ms-serve: front')[0], true);
	ok(await until(() => children('ms-chat --listen').length === 2),
	    'two workers again');
	// All workers at once, and again.
	const plain = chat('Test/Model-A', false);
	const before = await usual('/v1/chat/completions', plain);
	const took = [];
	for (let i = 0; i < 3; i++) {
		await until(() => children('ms-chat --listen').length === 2);
		for (const pid of children('ms-chat --listen'))
			process.kill(pid, 'SIGKILL');
		const killed = Date.now();
		const r = await ask('/v1/chat/completions', plain);
		took.push(r.status === 200 ? Date.now() - killed : r);
	}
	ok(took.every((ms) => ms < 1500 + 20 * before),
	    'both workers, time and again', [took, before]);
	done();
})();
