// Half a head, half a body, nothing at all.
'use strict';
const { done, ok, open } = require('./net.js');

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
	done();
})();
