// 200 clients of a server that may open 32 descriptors.
'use strict';
const fs = require('fs');
const { ask, done, ok, open, sleep, until, usual } = require('./net.js');

// Clock ticks that the front has used.
function ticks() {
	const s = fs.readFileSync(`/proc/${process.env.FRONT}/stat`, 'latin1')
	    .split(') ')[1].split(' ');
	return +s[11] + +s[12];
}

(async () => {
	const before = await usual('/health');
	const all = [];
	for (let i = 0; i < 200; i++)
		all.push(open('GET /health HTTP/1.1\r\nHost: lo'));
	let used;
	await until(async () => {
		const begun = ticks();
		await sleep(1000);
		used = ticks() - begun;
		return used < 5;
	});
	ok(used < 5, 'it does not spin', used);
	const held = fs.readdirSync(`/proc/${process.env.FRONT}/fd`).length;
	ok(held <= 32 - 5, 'it keeps some descriptors', held);
	for (const c of all)
		c.destroy();
	const gone = Date.now();
	const well = await until(async () => (await ask('/health')).status === 200);
	const took = Date.now() - gone;
	ok(well && took < 1000 + 20 * before, 'and serves when they are gone',
	    [took, before]);
	done();
})();
