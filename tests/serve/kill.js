// kill -9 of a worker, then of the front, amid 100 streams and 100 requests
// that wait.
'use strict';
const { execFileSync } = require('child_process');
const { ask, chat, done, ok, open, post, until } = require('./net.js');

function children(pattern) {
	return execFileSync('pgrep', ['-P', process.env.SUPER, '-f', pattern])
	    .toString().trim().split('\n').map(Number);
}

async function scene(what, pid, all) {
	const streams = [], waiting = [];
	for (let i = 0; i < 100; i++) {
		streams.push(open(post('/v1/chat/completions',
		    chat('sim/long:40+slow:50', true), 'Connection: close\r\n')));
		waiting.push(open(post('/v1/chat/completions',
		    chat('sim/delay:2500', false), 'Connection: close\r\n')));
	}
	await until(() => streams.every((c) => c.text.includes('word1')));
	process.kill(pid, 'SIGKILL');
	const killed = Date.now();
	let r;
	await until(async () => (r = await ask('/v1/chat/completions',
	    chat('Test/Model-A', false))).status === 200);
	ok(Date.now() - killed < 1000, `${what}: the next request works`,
	    Date.now() - killed);
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
	const took = [];
	for (let i = 0; i < 3; i++) {
		await until(() => children('ms-chat --listen').length === 2);
		for (const pid of children('ms-chat --listen'))
			process.kill(pid, 'SIGKILL');
		const killed = Date.now();
		const r = await ask('/v1/chat/completions',
		    chat('Test/Model-A', false));
		took.push(r.status === 200 ? Date.now() - killed : r);
	}
	ok(took.every((ms) => ms < 1500), 'both workers, time and again', took);
	done();
})();
