// What a person does on the page, in Debian's Chromium: in both languages,
// both colours, on a phone and a desk, with a token and without.
'use strict';
const fs = require('fs');
const { chromium } = require('playwright-core');
const axe = require('axe-core').source;
const { done, ok } = require('./net.js');

const KEY = 'ms-credits99-feed-0001', BAD = 'ms-bad00-feed-0002';
const SLOW = 'ms-balstall-feed-0003';
const WAIT = 30000;		// for machines that are busy
const TOKEN = 'bob-0123456789abcdef';
const words = {
	en: { lang: 'en', other: '中文', title: 'Balances', plan: '4 calls',
	    free: 'Costs nothing', ok: 'OK', bad: 'Invalid key',
	    done: 'Done: 4 rows, 3 not well.', stopped: 'Stopped',
	    rest: 'resting until', cut: 'The answer broke off.',
	    failed: 'The service failed.', tier: 'tier 4', chat: 'A chat',
	    refused: 'does not know this token', need: 'A gateway token is needed.',
	    allowed: 'This is not allowed.', none: 'quota or credits are used up',
	    day: 'quota of the day used up', some: 'on 1 of 2 keys',
	    owner: 'Only a token marked admin is shown the keys.' },
	zh: { lang: 'zh-CN', other: 'English', title: '余额查询', plan: '4 次调用',
	    free: '不消耗调用', ok: '正常', bad: '密钥无效',
	    done: '完成：4 行，其中 3 行不正常。', stopped: '已停止',
	    rest: '休息至', cut: '回答中断了。', failed: '服务出错。',
	    tier: '第 4 档', chat: '对话', refused: '网关不认识这个令牌',
	    need: '需要网关令牌。', allowed: '没有权限。', none: '配额或额度已用完',
	    day: '当日配额已用完', some: '2 个密钥中 1 个已知',
	    owner: '密钥只向管理令牌显示。' },
};

// One visit: the page, its words, and how to say what is right.
class Visit {
	constructor(page, run) {
		this.page = page;
		this.run = run;
		this.w = words[run.lang];
		this.name = `${run.lang} ${run.scheme} ${run.width} ${run.token}`
		    .trim();
		this.wrong = [];
	}

	ok(yes, what, note) {
		ok(yes, `${this.name}: ${what}`, note);
	}

	text(selector) {
		return this.page.locator(selector).innerText();
	}

	// One test: this comes to hold that text.
	async says(selector, text, what) {
		const place = this.page.locator(selector);
		const had = await place.filter({ hasText: text }).first()
		    .waitFor({ timeout: WAIT }).then(() => '',
			async () => place.allInnerTexts());

		this.ok(had === '', what, had);
	}

	async open(path) {
		await this.page.goto(this.run.url + path);
		await this.page.locator('nav a[aria-current]').waitFor();
	}

	// Are there no faults that axe calls serious, and does it fit?
	async fine(what) {
		const { page } = this;
		await page.evaluate(axe);
		const found = await page.evaluate(async () =>
			(await window.axe.run({ resultTypes: ['violations'] })).violations
			    .filter((v) => ['serious', 'critical'].includes(v.impact))
			    .map((v) => `${v.id}: ${v.nodes.map((n) => n.html)}`));
		const wide = await page.evaluate(() =>
			document.documentElement.scrollWidth - innerWidth);
		this.ok(found.length === 0, `${what} is accessible`, found);
		this.ok(wide <= 0, `${what} fits`, wide);
		if (process.env.SHOTS)
			await page.screenshot({ fullPage: true, path:
			    `${process.env.SHOTS}/${what}-${this.name.replaceAll(/\W+/g,
				'-')}.png` });
	}
}

// What must never be: errors, reports, requests to elsewhere, a key where
// it does not belong.
async function watch(v) {
	const { page, wrong } = v;

	page.on('pageerror', (e) => wrong.push(`error: ${e.stack}`));
	page.on('console', (m) => {
		// Chromium notes each answer of 400 and more
		if (!/^Failed to load resource: .* status of/.test(m.text()))
			wrong.push(`console: ${m.text()}`);
	});
	page.on('request', (r) => {
		const own = r.url().startsWith(`${v.run.url}/`) ||
		    r.url().startsWith(`blob:${v.run.url}/`);
		if (!own || /feed-000/.test(r.url() + (r.headers().referer ?? '')) ||
		    (/feed-000/.test(r.postData()) && !r.url().endsWith('/api/balance')))
			wrong.push(`request: ${r.url()}`);
	});
	await page.exposeFunction('report', (text) => wrong.push(text));
	await page.addInitScript(() => addEventListener('securitypolicyviolation',
	    (e) => window.report(`CSP: ${e.violatedDirective} ${e.blockedURI}`)));
}

// ---- what a person does ----

async function looks(v) {
	const { page, run, w } = v;

	await v.open('/');
	await v.says('h1:visible', w.title, 'the language is that of the browser');
	v.ok(await page.getAttribute('html', 'lang') === w.lang, 'and says so');
	const ink = () => page.evaluate(() =>
		getComputedStyle(document.body).color.match(/\d+/g)[0] < 128);
	v.ok(await ink() === (run.scheme === 'light'), `it is ${run.scheme}`);
	await page.click('#theme');
	v.ok(await ink() === (run.scheme !== 'light'), 'the colours switch');
	await page.click('#lang');
	await page.reload();
	v.ok(await ink() === (run.scheme !== 'light') &&
	    await page.getAttribute('html', 'lang') !== w.lang,
	'and the language; both are remembered');
	await page.click('#theme');
	await page.click('#lang');
	v.ok(await v.text('#lang') === w.other, 'and back');
}

async function keyboard(v) {
	const { page } = v;
	const focus = () => page.evaluate(() => document.activeElement.id ||
		document.activeElement.getAttribute('href'));

	await v.open('/');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await page.locator('#main:focus').waitFor();
	v.ok(true, 'a key skips to the content');
	await page.focus('nav a[data-view=status]');
	await page.keyboard.press('Enter');
	await page.locator('#status-title:focus').waitFor();
	await page.goBack();
	await page.locator('#balance-title:focus').waitFor();
	v.ok(true, 'views are reached by keys, and back');
}

// The first call that needs the token asks for it.
async function token(v) {
	const { page, w } = v;

	await page.click('#ask');
	await page.fill('#token', '令牌');
	await page.click('dialog .primary');
	v.ok(await page.locator('#token:invalid').count() === 1,
	    'what no header can carry is not taken');
	await page.fill('#token', ' wrong ');
	await v.fine('token');
	await page.keyboard.press('Enter');
	await v.says('dialog', w.refused, 'a wrong token is asked for again');
	await page.keyboard.press('Escape');
	await v.says('#balance-alert', w.need, 'without one it says what is missing');
	await page.click('#ask');
	await page.fill('#token', 'alice-0123456789abcdef');
	await page.click('dialog .primary');
	await v.says('#balance-alert', w.allowed,
	    'the keys of the server are for admins');
	await page.click('nav a[data-view=status]');
	await v.says('#status-keys', w.owner, 'and so is their status');
	await v.says('#status-models', 'Test/Model-A', 'that of models is not');
	await page.click('nav a[data-view=balance]');
	await page.click('#token-button');
	await page.fill('#token', TOKEN);
	await page.click('dialog .primary');
	v.ok(await page.evaluate(() => JSON.stringify({ ...localStorage }))
	    .then((s) => !s.includes('0123456789')), 'it is not kept for long');
}

async function query(v) {
	const { page, w } = v;

	await v.says('#plan', w.free, 'a query without models costs nothing');
	await page.click('#ask');
	await v.says('#table', w.ok, 'the keys of the server');
	await page.fill('#keys', `${KEY}，${BAD}\n${KEY}`);
	await page.fill('#models', 'Test/Model-A， Test/sim-quota-day');
	await v.says('#plan', w.plan, 'two keys and two models');
	await page.click('#ask');
	await v.says('dialog', w.plan, 'calls are asked for first');
	await v.fine('confirm');
	await page.keyboard.press('Escape');
	v.ok(await page.locator('#table tbody tr').count() <= 2,
	    'none is made if one leaves');
	await page.click('#ask');
	await page.click('dialog .primary');
	await v.says('#said', w.done, 'then they are made');
	await v.says('#table', w.bad, 'what is wrong is said in words');
	await v.fine('balance');
}

async function table(v) {
	const { page } = v;
	const head = page.locator('th:has([data-sort=credits])');

	await page.click('[data-sort=credits]');
	await page.click('[data-sort=credits]');
	v.ok(await head.getAttribute('aria-sort') === 'descending' &&
	    /feed|…0001/.test(await v.text('#table tbody tr:first-child')) &&
	    /…0002/.test(await v.text('#table tbody tr:last-child')),
	'it sorts, and unknown comes last', await v.text('#table'));
	await page.click('#copy');
	await page.waitForFunction(() => document.getElementById('said')
	    .textContent !== '');
	const copied = await page.evaluate(() => navigator.clipboard.readText());
	const [file] = await Promise.all([page.waitForEvent('download'),
		page.click('#csv')]);
	const csv = fs.readFileSync(await file.path(), 'utf8');
	v.ok(copied.split('\n').length === 6 && copied.includes('\tTest/Model-A\t'),
	    'it is copied', copied);
	v.ok(csv.split('\r\n').length === 6 && csv.includes(',Test/sim-quota-day,') &&
	    file.suggestedFilename() === 'balances.csv', 'and downloaded', csv);
	v.ok(!/feed-000/.test(copied + csv), 'no key is in them');
}

// Many keys go in few requests, are drawn few times, and stay in order.
async function many(v) {
	const { page } = v;
	const keys = Array.from({ length: 200 }, (_, i) =>
	    `ms-credits${i}-${String(i).padStart(4, '0')}`);
	let requests = 0;
	const ask = (r) => {
		requests += r.url().endsWith('/api/balance') ? 1 : 0;
	};

	keys[100] = '密钥';
	page.on('request', ask);
	await page.evaluate((text) => {
		document.getElementById('keys').value = text;
		document.getElementById('models').value = '';
		window.drawn = 0;
		new MutationObserver(() => { window.drawn += 1; }).observe(
		    document.querySelector('#table table'), { childList: true });
	}, keys.join('\n'));
	const begun = Date.now();
	await page.click('#ask');
	await v.says('#said', '200', 'many keys are asked');
	const took = Date.now() - begun;
	page.off('request', ask);
	const shown = await page.locator('#table tbody tr td:first-child code')
	    .allInnerTexts();
	v.ok(shown.every((k, i) => i === 100 || k.endsWith(keys[i].slice(-4))) &&
	    shown.length === 200, 'in their order', shown);
	v.ok(requests <= 40, 'in few requests', requests);
	const drawn = await page.evaluate(() => window.drawn);
	// the first, the last, and between them one in a tenth of a second
	v.ok(drawn < requests + 2 && drawn < 4 + took / 100,
	    'and drawn few times', [drawn, took]);
	await page.fill('#keys', '');
}

async function stop(v) {
	const { page, w } = v;

	await page.fill('#keys', `${KEY} ${SLOW}`);
	await page.fill('#models', '');
	await page.click('#ask');
	v.ok(await page.textContent('#said') === '',
	    'what was said before is gone');
	await page.waitForFunction(() =>
		document.getElementById('progress-bar').value === 1);
	v.ok(await page.isVisible('#progress-text'), 'its progress is shown');
	await page.click('#stop');
	await v.says('#said', w.stopped, 'a query stops');
}

async function recent(v) {
	const { page } = v;

	await page.reload();
	v.ok(await page.inputValue('#keys') === '' &&
	    await page.inputValue('#models') === '' &&
	    !/feed-000/.test(await page.evaluate(() => JSON.stringify([
		{ ...localStorage }, { ...sessionStorage }]))),
	'keys are kept nowhere');
	await page.click('#recent-list button');
	v.ok(await page.inputValue('#models') === 'Test/Model-A, Test/sim-quota-day',
	    'the models of a query are');
	await page.click('#recent-clear');
	v.ok(await page.isHidden('#recent'), 'until they are forgotten');
	await page.click('#configured');
	await page.waitForFunction(() => document.getElementById('models').value
	    .startsWith('Test/Model-A\nTest/Model-B\n'));
	v.ok(true, 'configured models are filled in');
}

async function status(v) {
	const { page, w } = v;

	await page.click('nav a[data-view=status]');
	await v.says('#status-models', w.rest, 'a resting model has its time');
	await v.says('#status-models', w.day, 'and a reason');
	await v.says('#status-keys', '…0001', 'keys are masked');
	v.ok(await page.locator('#status-models .bar').count() > 0 &&
	    await page.locator('#status-keys .bar').count() > 0,
	'quotas have bars');
	v.ok(await page.locator('#chart rect.answered').count() > 0 &&
	    /14/.test(await page.getAttribute('#chart svg', 'aria-label')),
	'14 days are a chart');
	await page.click('#status summary');
	v.ok(await page.locator('#days tr').count() === 14, 'and a table');
	await page.route('**/status', async (r) => {
		const s = await (await r.fetch()).json();
		const [key] = s.keys;
		await r.fulfill({ json: { ...s, remaining: null, credits: null,
			keys: [{ ...key, balance: 5 }, { ...key, balance: null }] } });
	}, { times: 1 });
	await page.click('#refresh');
	await v.says('#figures', w.some, 'credits are those that are known');
	await page.click('#refresh');
	await page.locator('#refresh:enabled').waitFor();
	await v.fine('status');
}

async function chat(v) {
	const { page, w } = v;
	const say = async (model, text) => {
		await page.selectOption('#chat-model', model);
		await page.fill('#chat-input', text);
		await page.press('#chat-input', 'Enter');
	};

	await page.click('nav a[data-view=chat]');
	await page.locator('#chat-model option[value="Test/Model-A"]')
	    .waitFor({ state: 'attached' });
	await say('auto', 'hi');
	await v.says('.answer:last-child', 'Hello from Test/Model-B.', 'an answer');
	await v.says('.answer:last-child .facts', 'Test/Model-B', 'who gave it');
	await v.says('.answer:last-child .facts', w.tier, 'and of what tier');
	await say('Test/sim-error-mid', 'and then');
	await v.says('.answer:last-child [role=alert]', w.failed,
	    'an error in it is said in words');
	v.ok(await page.inputValue('#chat-input') === 'and then',
	    'the question can be asked again');
	await page.route('**/completions', (r) => r.fulfill({ contentType:
	    'text/event-stream', body: 'data: {"choices":[{"delta":{"content":' +
	    '"half"}}]}\n\n' }), { times: 1 });
	await say('auto', 'again');
	await v.says('.answer:last-child [role=alert]', w.cut, 'so is a cut');
	await say('Test/sim-quota-day', 'hi');
	await v.says('.answer:last-child [role=alert]', w.none, 'and a refusal');
	v.ok(await page.evaluate(() => {
		const log = document.getElementById('log');
		return log.scrollHeight - log.scrollTop - log.clientHeight < 2;
	}), 'which is in sight');
	await say('Test/sim-reason+long:100000+slow:20', 'at length');
	await v.says('.answer:last-child .text', 'word3', 'it is streamed');
	await v.fine('chat');
	await page.click('#chat-stop');
	await v.says('#chat-said', w.stopped, 'and stops');
	await page.click('#chat-clear');
	v.ok(await page.locator('.message').count() === 0, 'a new conversation');
}

async function docs(v) {
	const { page, w } = v;

	await page.click('nav a[data-view=docs]');
	await v.says('#chat summary', w.chat, 'the API is listed');
	await page.click('#chat > summary');
	await page.click('#chat .try .primary');
	await v.says('#chat .result', 'data: [DONE]', 'and a call tried');
	await page.click('#task > summary');
	await page.fill('#task-id', 'none');
	await page.click('#task .try .primary');
	await v.says('#task .result', '404', 'also one with parameters');
	await page.click('#balance > summary');
	v.ok(await page.getAttribute('#balance-X-API-Key', 'type') === 'password',
	    'a key is not shown as it is typed');
	await page.fill('#balance-X-API-Key', KEY);
	await page.click('#balance .try .primary');
	await v.says('#balance .result', '200', 'a call with a key');
	v.ok(!/feed-000/.test(await v.text('#balance .result')),
	    'the key is not shown', await v.text('#balance .result'));
	const send = await v.text('#task .try .primary');
	await page.click('#task > summary');
	await page.click('#lang');
	await v.says('#balance .result', '200', 'another language leaves answers');
	v.ok(await page.inputValue('#balance-X-API-Key') === KEY,
	    'and what was typed');
	await page.click('#task > summary');
	v.ok(await page.inputValue('#task-id') === 'none',
	    'also where it was not in sight');
	v.ok(await v.text('#task .try .primary') !== send &&
	    await v.text('#task .try .primary') ===
	    await v.text('#balance .try .primary'), 'in the words of the language');
	await page.click('#lang');
	await page.fill('#balance-X-API-Key', '');
	await v.fine('docs');
}

async function visit(browser, run) {
	const context = await browser.newContext({ colorScheme: run.scheme,
		locale: run.lang === 'zh' ? 'zh-CN' : 'en-US', reducedMotion: 'reduce',
		viewport: { width: run.width, height: 740 } });
	const page = await context.newPage();
	const v = new Visit(page, run);

	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	page.setDefaultTimeout(WAIT);
	await watch(v);
	try {
		for (const act of [looks, ...run.token ? [token] : [], keyboard, many,
			query, table, stop, recent, status, chat, docs])
			await act(v);
	} catch (e) {
		v.ok(false, 'nothing is in the way', e.stack);
	}
	v.ok(v.wrong.length === 0, 'no error, no report, no stranger', v.wrong);
	await context.close();
}

(async () => {
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM, args: ['--headless',
		    '--no-sandbox', '--disable-gpu', '--disable-quic',
		    '--no-first-run', '--disable-background-networking',
		    '--disable-component-update', '--disable-sync'] });
	// each two of them come in each of their four ways
	const runs = [['en', 'light', 1280, ''], ['en', 'dark', 360, 'token'],
		['zh', 'light', 360, ''], ['zh', 'dark', 1280, 'token'],
		['en', 'light', 360, 'token'], ['zh', 'dark', 360, ''],
		['zh', 'light', 1280, 'token'], ['en', 'dark', 1280, '']].map(
	    ([lang, scheme, width, key]) => ({ lang, scheme, width, token: key,
		url: `http://127.0.0.1:${key ? process.env.PORT :
		    process.env.OPEN}` }));

	await Promise.all([0, 1].map(async (lane) => {
		for (const run of runs.filter((r, i) => i % 2 === lane))
			await visit(browser, run);
	}));
	await browser.close();
	done();
})();
