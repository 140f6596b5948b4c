// Half a head, half a body, nothing at all; more connections than may be.
'use strict';
const { ask, done, ok, open, sleep, until } = require('./net.js');

(async () => {
	const half = open('GET /health HTTP/1.1\r\nHost: lo');
	const body = open('POST /chat HTTP/1.1\r\nHost: localhost\r\n' +
	    'Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{');
	const idle = open();
	ok(await half.ended === 'end' && /^HTTP\/1.1 408 /.test(half.text),
	    'half a head: 408', half.text);
	ok(await body.ended === 'end' && /^HTTP\/1.1 408 /.test(body.text),
	    'half a body: 408', body.text);
	ok(await idle.ended === 'end' && idle.text === '', 'idle: closed');
	const kept = open('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
	ok(await kept.ended === 'end' && /^HTTP\/1.1 200 /.test(kept.text),
	    'idle after an answer: closed');
	const drip = open('GET /health HTTP/1.1\r\nHost: localhost\r\nX: ');
	const drop = setInterval(() => drip.write('x'), 100);
	await drip.ended;
	clearInterval(drop);
	ok(/^HTTP\/1.1 408 /.test(drip.text), 'a head byte by byte: 408');

	// The longest idle make room.
	const many = [];
	for (let i = 0; i < 60; i++)
		many.push(open());
	await sleep(100);
	ok((await ask('/health')).status === 200, 'idle ones make room');
	for (const c of many)
		c.destroy();
	// Those that are busy do not.
	const busy = [];
	for (let i = 0; i < 40; i++)
		busy.push(open('GET /health HTTP/1.1\r\nHost: lo'));
	await sleep(100);
	const r = await ask('/health');
	ok(r.status === 503, 'busy ones do not: 503', r);
	ok(/\r\nRetry-After: 1\r\n/.test(r.text), 'come again');
	for (const c of busy)
		await c.ended;
	ok(await until(async () => (await ask('/health')).status === 200),
	    'there is room again');
	done();
})();
