// A page of another site, in a browser, that tries to use a gateway without
// tokens: by its address, and by a name of the page's own that leads there.
'use strict';
const http = require('http');
const { chromium } = require('playwright-core');
const { done, ok, sleep, until } = require('./net.js');

const gateway = +process.env.PORT;
const PATHS = ['/v1/chat/completions', '/chat', '/n8n/chat', '/v1/tasks/x',
	'/status', '/history', '/models', '/v1/models', '/api/balance', '/reload',
	'/metrics', '/route'];

// All that a page can do with an address; what it could read is kept.
async function attack(address) {
	const chat = JSON.stringify({ messages: [{ role: 'user', content: 'hi' }] });
	const read = [];
	const add = (tag, attrs) => new Promise((over) => {
		const node = Object.assign(document.createElement(tag), attrs);
		node.onload = node.onerror = over;
		document.body.append(node);
		setTimeout(over, 2000);
	});
	const ask = async (url, options) => {
		try {
			const r = await fetch(url, options);
			const text = await r.text();
			if (r.ok && text !== '')
				read.push(`${options.method} ${url}: ${text}`);
		} catch {
			// refused, as it should be
		}
	};
	const all = [];

	for (const path of window.paths) {
		const url = address + path;
		for (const mode of ['cors', 'no-cors', 'same-origin']) {
			all.push(ask(url, { mode, method: 'GET' }),
			    ask(url, { mode, method: 'POST', body: chat }));
			if (mode === 'cors')
				all.push(ask(url, { mode, method: 'POST', body: chat,
					headers: { 'content-type': 'application/json' } }));
		}
		all.push(add('img', { src: url }), add('script', { src: url }),
		    add('iframe', { src: url }), add('link', { rel: 'stylesheet',
			href: url }));
		navigator.sendBeacon(url, chat);
		for (const enctype of ['text/plain', 'multipart/form-data']) {
			const frame = document.createElement('iframe');
			const form = Object.assign(document.createElement('form'),
			    { method: 'POST', action: url, enctype });
			frame.name = form.target = `f${Math.random()}`;
			form.append(Object.assign(document.createElement('input'),
			    { name: chat.slice(0, -1) + ',"x":"', value: '"}' }));
			document.body.append(frame, form);
			form.submit();
		}
	}
	await Promise.all(all);
	return read;
}

(async () => {
	const evil = http.createServer((q, a) => {
		a.setHeader('content-type', 'text/html');
		a.end('<!doctype html><title>evil</title><body>');
	}).listen(0, '127.0.0.1');
	await until(() => evil.address() !== null);
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM, args: ['--headless',
		    '--no-sandbox', '--disable-gpu', '--disable-quic',
		    '--no-first-run', '--disable-background-networking',
		    '--disable-component-update', '--disable-sync'] });
	const page = await browser.newPage();
	const asked = async () => (await (await fetch(
	    `${process.env.SIM}/sim/stats`)).json()).requests;
	const before = await asked();

	await page.goto(`http://evil.localhost:${evil.address().port}/`);
	await page.evaluate((paths) => { window.paths = paths; }, PATHS);
	for (const [how, host] of [['its address', '127.0.0.1'],
		['its name', 'localhost'], ['a name of the page', 'evil.localhost']]) {
		const read = await page.evaluate(attack, `http://${host}:${gateway}`);
		await sleep(500);	// forms and beacons
		ok(read.length === 0, `nothing is read by ${how}`, read);
		ok(await asked() === before, `nothing is asked of the service by ${how}`,
		    await asked());
	}
	// as a page, it may be gone to
	const r = await page.goto(`http://127.0.0.1:${gateway}/`);
	ok(r.status() === 200, 'a link to the page is one', r.status());
	await browser.close();
	evil.close();
	done();
})();
