// $SOAK_SECONDS of requests, $SOAK_RATE of them a second, one in ten of them a
// fault of the upstream's or of the client's; at first with a reload now and
// then and a worker that dies. No good request may be answered wrongly, and
// what the processes hold may not grow. Eight times they are looked at while
// nothing is under way.
'use strict';
const { ask, chat, done, ok, open, post, sleep, until } = require('./net.js');
const { good, held, names } = require('./sick.js');

const seconds = +process.env.SOAK_SECONDS, rate = +process.env.SOAK_RATE;
let sent = 0, under = 0, dying = false, settled = false;
const odd = [];

// A client that leaves in the middle of an answer, or of its request.
async function rude(i) {
	const bytes = post('/v1/chat/completions',
	    chat('sim/long:50+slow:10', true));
	const c = open(i % 4 < 2 ? bytes : bytes.slice(0, 100 + i % 50));
	await sleep(100);
	c.destroy();
}

async function one() {
	const i = sent++;
	under++;
	if (i % 20 === 0)
		await rude(i / 20);
	else if (i % 20 === 10)
		await ask('/v1/chat/completions',
		    chat(`sim/${names[(i / 20 | 0) % names.length]}`, i % 3 === 0));
	else if (i % 500 === 1 && !settled)
		await ask('/reload', '{}');
	else {
		const at = dying;
		if (!await good(i % 3 === 0) && !at && !dying)
			odd.push(i);
	}
	under--;
}

// The load of so many seconds.
async function load(length) {
	const begun = Date.now();
	for (let n = 0; Date.now() - begun < length * 1000; n++) {
		one();
		await sleep(begun + (n + 1) * 1000 / rate - Date.now());
	}
	return until(() => under === 0, 60000);
}

// What a dead worker held is lost; then all is well.
async function kill() {
	const workers = held().filter((h) => h.name === 'ms-chat');
	dying = true;
	process.kill(+workers[0].p, 'SIGKILL');
	const well = await until(() => good(false));
	await sleep(500);
	dying = false;
	return well && until(() =>
	    held().filter((h) => h.name === 'ms-chat').length === workers.length);
}

// Of all processes of a name together.
function sums() {
	const v = {};
	for (const h of held()) {
		const s = v[h.name] ??= { fds: 0, rss: 0 };
		s.fds += h.fds;
		s.rss += h.rss;
	}
	return v;
}

(async () => {
	const looks = [];
	let over = true, rose = true;
	for (let i = 0; i < 8; i++) {
		if (i === 2) {	// and has the rest of the time to grow
			rose = await kill();
			settled = true;
		}
		over = await load(seconds / 8) && over;
		await sleep(200);
		looks.push(sums());
		console.log(`# ${i + 1}/8, ${sent} requests: ` +
		    Object.entries(looks[i]).map(([name, v]) =>
			`${name} ${v.rss} KiB ${v.fds} fds`).join(', '));
	}
	ok(odd.length === 0, `${sent} requests: each good one is answered`, odd);
	ok(over, 'none is under way for ever');
	ok(rose, 'another worker in place of one that died');
	for (const name of Object.keys(looks[0])) {
		const most = (from, to, what) =>
		    Math.max(...looks.slice(from, to).map((v) => v[name][what]));
		ok(most(6, 8, 'rss') <= most(3, 5, 'rss') * 1.05 + 1024,
		    `${name}: its memory does not grow`);
		ok(most(6, 8, 'fds') <= most(3, 5, 'fds') + 8,
		    `${name}: nor do its descriptors`);
	}
	done();
})();
