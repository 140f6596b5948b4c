// Clients that stop reading in the middle of an answer.
'use strict';
const { chat, done, ok, open, post, until } = require('./net.js');

const SIZE = 20000000;

async function stats() {
	return (await fetch(`${process.env.SIM}/sim/stats`)).json();
}

// Of the server: that which asks is one of them.
async function underWay() {
	const r = await fetch(`http://127.0.0.1:${process.env.PORT}/metrics`);

	return Number(/^ms_http_in_flight (\d+)$/m.exec(await r.text())[1]);
}

// Reads what is left; how much it was.
async function rest(c) {
	let n = 0;
	c.on('data', (d) => { n += d.length; });
	c.resume();
	await c.ended;
	return n;
}

(async () => {
	const before = (await stats()).client_gone;
	const begun = Date.now();
	const stream = open(post('/v1/chat/completions',
	    chat(`sim/big:${SIZE}`, true)), true);
	const plain = open(post('/v1/chat/completions',
	    chat(`sim/big:${SIZE}`, false)), true);
	stream.pause();
	plain.pause();
	ok(await until(async () =>
	    (await stats()).client_gone === before + 1),
	    'a stream: upstream is let go');
	ok(Date.now() - begun > 900, 'but not at once');
	await until(async () => (await underWay()) === 1, 60000, 200);
	ok(await rest(stream) < SIZE, 'it is cut');
	ok(await rest(plain) < SIZE, 'a plain answer, too');
	done();
})();
