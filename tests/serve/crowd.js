// More connections than may be.
'use strict';
const { ask, done, ok, open, until } = require('./net.js');

(async () => {
	// The longest idle make room.
	const many = [];
	let ended = 0;
	for (let i = 0; i < 60; i++) {
		many.push(open());
		many[i].ended.then(() => ended++);
	}
	ok(await until(() => ended >= 20), 'idle ones make room', ended);
	ok((await ask('/health')).status === 200, 'for others');
	for (const c of many)
		c.destroy();
	// Those that are busy do not. One whose bytes are not read yet is idle, and
	// makes room: another takes its place.
	const busy = [];
	const more = () => busy.push(open('GET /health HTTP/1.1\r\nHost: lo'));
	let r;
	while (busy.length < 40)
		more();
	await until(async () => (r = await ask('/health')).status === 503 ||
	    (more(), false), 60000, 100);
	ok(r.status === 503, 'busy ones do not: 503', r);
	ok(/\r\nRetry-After: 1\r\n/.test(r.text), 'come again');
	for (const c of busy)
		c.destroy();
	ok(await until(async () => (await ask('/health')).status === 200),
	    'there is room again');
	done();
})();
