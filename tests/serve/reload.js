// 100 reloads with changes of the configuration while requests come.
'use strict';
const fs = require('fs');
const { ask, chat, done, ok, post, open } = require('./net.js');

let stop = false;
const bad = [];
let answers = 0;

// Is it a stream to its end? One that comes all at once has a length.
function whole(text) {
	const [head, ...body] = text.split('\r\n\r\n');
	const length = /^Content-Length: (\d+)/m.exec(head);

	return text.includes('word20"') && (length ?
	    body[0]?.length === +length[1] && body[0].endsWith('[DONE]\n\n') :
	    text.endsWith('[DONE]\n\n\r\n0\r\n\r\n'));
}

// Plain answers and streams, one after the other, each of which must be whole.
async function load(stream) {
	while (!stop) {
		const c = open(post('/v1/chat/completions',
		    chat(stream ? 'sim/long:20+slow:5' : 'Test/Model-A', stream),
		    'Connection: close\r\n'));
		await c.ended;
		const good = stream ? whole(c.text) :
		    /^HTTP\/1.1 200 [^]*Hello from Test\/Model-A/.test(c.text);
		if (good)
			answers++;
		else
			bad.push(c.text);
	}
}

(async () => {
	const conf = JSON.parse(fs.readFileSync('models.json'));
	const loads = [];
	for (let i = 0; i < 8; i++)
		loads.push(load(i % 2 === 1));
	let refused = 0, wrong = [];
	for (let i = 0; i < 100; i++) {
		conf.models[1] = { id: `Changed/Model-${i}` };
		const text = i % 10 === 9 ? '{"models":[{}]}' : JSON.stringify(conf);
		fs.writeFileSync('new.json', text);
		fs.renameSync('new.json', 'models.json');
		const r = await ask('/reload', '{}');
		if (i % 10 === 9 ? r.status === 400 && r.text.includes('models[0]') :
		    r.status === 200)
			refused += r.status === 400;
		else
			wrong.push(r);
		if (i % 10 === 9 && (await ask('/status')).status !== 200)
			wrong.push('no status');
		const list = (await ask('/v1/models')).text;
		if (!list.includes(`Changed/Model-${i - (i % 10 === 9)}"`))
			wrong.push(list);
	}
	fs.writeFileSync('models.json', JSON.stringify(conf));
	stop = true;
	await Promise.all(loads);
	ok(wrong.length === 0 && refused === 10,
	    '100 reloads, 10 of them of bad configurations', wrong);
	ok(bad.length === 0, `no answer cut or wrong, of ${answers}`, bad);
	ok(answers > 100, 'there were answers');
	done();
})();
