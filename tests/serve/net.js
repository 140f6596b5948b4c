// Raw connections for the tests of ms-serve, by the hundred.
'use strict';
const net = require('net');

const port = +process.env.PORT;
const chat = (model, stream) => JSON.stringify({
	model, stream, messages: [{ role: 'user', content: 'hi' }],
});

// The bytes of a POST.
function post(path, body, fields = '') {
	return `POST ${path} HTTP/1.1\r\nHost: localhost\r\n` +
	    `Content-Type: application/json\r\n${fields}` +
	    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

// Connects and sends; what comes is gathered in .text (unless quiet), and
// .ended is settled with how it ended: 'end', 'close', or an error's code.
function open(bytes, quiet) {
	const c = net.connect(port, '127.0.0.1');
	c.text = '';
	c.ended = new Promise((done) => {
		c.on('end', () => done('end'));
		c.on('error', (e) => done(e.code));
		c.on('close', () => done('close'));
	});
	if (!quiet)
		c.on('data', (d) => { c.text += d; });
	if (bytes)
		c.write(bytes);
	return c;
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Waits until what it is given says yes; no after ms milliseconds.
async function until(yes, ms = 60000, step = 20) {
	for (const end = Date.now() + ms; Date.now() < end; await sleep(step))
		if (await yes())
			return true;
	return false;
}

// One whole answer of its own connection: {status, text}, status 0 if none
// came.
async function ask(path, body, fields = '') {
	const c = open(body === undefined ?
	    `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${fields}Connection: close\r\n\r\n` :
	    post(path, body, fields + 'Connection: close\r\n'));
	await c.ended;
	const m = /^HTTP\/1\.1 (\d+)/.exec(c.text);
	return { status: m ? +m[1] : 0, text: c.text };
}

// How long such an answer takes here and now, at most of a few; what waits for
// something else is compared with it, for a machine may be slow or busy.
async function usual(path, body) {
	let most = 0;
	for (let i = 0; i < 5; i++) {
		const t = Date.now();
		await ask(path, body);
		most = Math.max(most, Date.now() - t);
	}
	return most;
}

// The simulator ends the delays and pauses of what is under way.
async function hurry() {
	await fetch(`${process.env.SIM}/sim/hurry`, { method: 'POST' });
}

// TAP.
let n = 0, bad = 0;
function ok(yes, name, note) {
	console.log(`${yes ? '' : 'not '}ok ${++n} - ${name}`);
	if (!yes) {
		bad++;
		if (note !== undefined)
			console.log('# ' + JSON.stringify(note).slice(0, 2000));
	}
}
function done() {
	console.log(`1..${n}`);
	process.exit(bad ? 1 : 0);
}

module.exports = { ask, chat, done, hurry, ok, open, port, post, sleep, until,
	usual };
