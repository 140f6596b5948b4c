// A client that leaves, one that reads a byte now and then, a thousand that
// are idle and a thousand whose heads do not end.
'use strict';
const { execFileSync } = require('child_process');
const fs = require('fs');
const { ask, chat, done, ok, open, post, sleep, until } = require('./net.js');

// Resident KiB of all processes of the server.
function memory() {
	const pids = execFileSync('pgrep', ['-P', process.env.SUPER])
	    .toString().trim().split('\n');
	let sum = 0;
	for (const p of pids)
		sum += +/VmRSS:\s*(\d+)/.exec(fs.readFileSync(`/proc/${p}/status`,
		    'latin1'))[1];
	return sum;
}

// Asks n times; how many were answered well, and the median of their times:
// a busy machine makes some of them late.
async function served(n, each) {
	const times = [];
	for (let i = 0; i < n; i++) {
		const t = Date.now();
		const r = await ask('/v1/chat/completions',
		    chat('Test/Model-A', false));
		if (r.status === 200)
			times.push(Date.now() - t);
		each?.();
	}
	return { n: times.length, ms: times.sort((a, b) => a - b)[n >> 1] };
}

async function stats() {
	return (await fetch(`${process.env.SIM}/sim/stats`)).json();
}

(async () => {
	// Leaving in mid-stream. The simulator says how long it was asked, from
	// before the first event came here; the median of nine is not noise.
	const before = (await stats()).client_gone;
	const calm = await served(20);
	const soon = 100 + 10 * calm.ms;	// which is hardly more than 100 ms
	const stayed = [];
	for (let i = 1; i <= 9; i++) {
		const left = open(post('/v1/chat/completions',
		    chat('sim/long:10000+slow:20', true)));
		await until(() => left.text.includes('data:'), 60000, 1);
		const first = Date.now();
		await until(() => left.text.includes('word3'));
		stayed.push(Date.now() - first);
		left.destroy();
		await until(async () => (await stats()).client_gone === before + i);
	}
	const gone = await stats();
	ok(gone.client_gone === before + 9,
	    'clients that leave: their upstream calls end', gone.client_gone);
	const took = gone.client_gone_ms.slice(-9)
	    .map((ms, i) => ms - stayed[i]).sort((a, b) => a - b);
	ok(took[4] < soon, 'soon', [took, calm]);
	// And before anything came.
	const early = open(post('/v1/chat/completions', chat('sim/stall-head', false)));
	await until(async () => (await stats()).in_flight === 1);
	early.destroy();
	ok(await until(async () => (await stats()).client_gone === before + 10),
	    'one that leaves before the answer, too');

	// One that hardly reads a long stream; others do not notice.
	const idle = memory();
	const slow = open(post('/v1/chat/completions',
	    chat('sim/big:100000000', true)), true);
	slow.pause();
	await sleep(1000);
	const few = await served(20, () => slow.read(1));
	ok(few.n === 20 && few.ms < soon, 'others do not notice a slow reader',
	    [few, calm]);
	const more = memory() - idle;
	// A sanitizer's allocator holds on to what is freed.
	ok(more < (process.env.MS_BUILD.endsWith('san') ? 65536 : 8192),
	    'it holds little memory', more);
	slow.destroy();

	// Those who announce much, and send little of it.
	const promised = [];
	for (const size of [33554432, 2000000, 200000])
		for (let i = 0; i < 20; i++)
			promised.push(open('POST /chat HTTP/1.1\r\n' +
			    `Host: localhost\r\nContent-Length: ${size}\r\n\r\n{`));
	await sleep(200);
	const much = chat('Test/Model-A', false) + ' '.repeat(200000);
	const still = await ask('/v1/chat/completions', much);
	ok(still.status === 200, 'what is announced takes no room from others',
	    still);
	for (const c of promised)
		c.destroy();

	// The many.
	const all = [];
	for (let i = 0; i < 1000; i++) {
		all.push(open());
		all.push(open('POST /chat HTTP/1.1\r\nHost: localhost\r\nX: '));
	}
	await sleep(500);
	const amid = await served(50);
	ok(amid.n === 50, 'amid 2000 slow connections others are served', amid);
	ok(amid.ms < soon, 'soon', [amid, calm]);
	const each = (memory() - idle) / 2000;
	ok(each < 32, 'a slow connection costs little', each);
	const late = {};
	for (let i = 1; i < all.length; i += 2) {
		const end = await all[i].ended;
		const how = `${all[i].text.slice(0, 12)} ${end}`;
		late[how] = (late[how] || 0) + 1;
	}
	ok(late['HTTP/1.1 408 end'] === 1000, 'a thousand half heads get 408',
	    late);
	done();
})();
