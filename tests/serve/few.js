// 200 clients of a server that may open 32 descriptors.
'use strict';
const fs = require('fs');
const { ask, done, ok, open, sleep, until } = require('./net.js');

// Clock ticks that the front has used.
function ticks() {
	const s = fs.readFileSync(`/proc/${process.env.FRONT}/stat`, 'latin1')
	    .split(') ')[1].split(' ');
	return +s[11] + +s[12];
}

(async () => {
	const all = [];
	for (let i = 0; i < 200; i++)
		all.push(open('GET /health HTTP/1.1\r\nHost: lo'));
	await sleep(300);
	const before = ticks();
	await sleep(1000);
	const used = ticks() - before;
	ok(used < 5, 'it does not spin', used);
	const held = fs.readdirSync(`/proc/${process.env.FRONT}/fd`).length;
	ok(held <= 32 - 5, 'it keeps some descriptors', held);
	for (const c of all)
		c.destroy();
	const gone = Date.now();
	ok(await until(async () => (await ask('/health')).status === 200) &&
	    Date.now() - gone < 1000, 'and serves when they are gone',
	    Date.now() - gone);
	done();
})();
