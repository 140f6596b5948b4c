// The view of the chat: one conversation, streamed.
import { $, alert, el } from './dom.js';
import { call, Fault, read, words } from './api.js';
import { number, onLanguage, t } from './i18n.js';
import { events } from './sse.js';

const TIERS = ['auto', 'tier1', 'tier2', 'tier3', 'tier4'];

let messages = [];		// of the conversation, as the API has them
let running = null;		// the AbortController of an answer
let said = () => '';
let models = null;		// ids, once they are known

// ---- the models ----

function drawModels() {
	const chosen = $('chat-model').value || 'auto';

	$('chat-model').replaceChildren(...TIERS.map((id) => el('option',
	    { value: id }, t(`chat.${id}`))), ...(models ?? []).map((id) =>
		el('option', { value: id }, id)));
	$('chat-model').value = chosen;
}

async function loadModels() {
	try {
		const { data } = await read('v1/models');
		models = data.map((m) => m.id).filter((id) => !TIERS.includes(id));
		alert($('chat-alert'), null);
		drawModels();
	} catch (e) {
		alert($('chat-alert'), words(e));
	}
}

// ---- what is said ----

// Who reads at the end of the log stays there when more is shown.
function more(show) {
	const log = $('log');
	const below = log.scrollHeight - log.scrollTop - log.clientHeight < 60;

	show();
	if (below)
		log.scrollTop = log.scrollHeight;
}

function bubble(who, ...content) {
	const node = el('article', { class: `message ${who}` },
	    el('h3', { 'data-t': `chat.${who}` }, t(`chat.${who}`)), content);

	$('chat-empty').hidden = true;
	more(() => $('log').append(node));
	return node;
}

function say(fn) {
	said = fn;
	$('chat-said').textContent = said();
}

// An answer on its way: its reasoning, its text, the facts of it.
class Answer {
	text = '';
	finish = null;
	usage = null;
	#shown = el('div', { class: 'text' });
	#thought = el('div', { class: 'text' });
	#reasoning = el('details', { hidden: true },
	    el('summary', { 'data-t': 'chat.reasoning' }, t('chat.reasoning')),
	    this.#thought);
	#facts = el('p', { class: 'facts' });
	#began = performance.now();
	#response;
	#place = el('div');

	constructor(response) {
		this.#response = response;
		this.node = bubble('answer', this.#reasoning, this.#shown,
		    this.#place, this.#facts);
		this.facts();
	}

	// One event of the stream.
	take(chunk) {
		const choice = chunk.choices?.[0];

		if (chunk.error)
			throw new Fault(502, { error: chunk.error });
		this.usage = chunk.usage ?? this.usage;
		this.finish = choice?.finish_reason ?? this.finish;
		this.#add(choice?.delta?.reasoning_content ??
		    choice?.delta?.reasoning, this.#thought);
		this.#reasoning.hidden = this.#thought.textContent === '';
		this.#add(choice?.delta?.content, this.#shown);
		this.text = this.#shown.textContent;
	}

	#add(text, to) {
		if (text)
			more(() => to.append(text));
	}

	facts(over = false) {
		const h = (name) => this.#response.headers.get(name);
		const model = h('x-ms-model');
		const part = (key, n) => (n === null || n === undefined ? null :
		    el('span', {}, t(key, { n })));

		this.#facts.replaceChildren(...[
			model === null ? null : el('strong', {}, model),
			part('status.tier', h('x-ms-tier')),
			part('chat.score', h('x-ms-score')),
			Number(h('x-ms-attempts')) > 1 ?
			    part('chat.attempts', Number(h('x-ms-attempts'))) : null,
			part('chat.tokens', this.usage?.completion_tokens),
			over ? part('seconds', number((performance.now() -
			    this.#began) / 1000)) : null,
		].filter(Boolean));
	}

	end() {
		const cut = { length: 'chat.length',
			content_filter: 'chat.filter' }[this.finish];

		more(() => {
			if (cut)
				this.#place.append(el('p', { class: 'detail' }, t(cut)));
			this.facts(true);
		});
	}

	fail(e) {
		more(() => {
			alert(this.#place, words(e));
			this.facts(true);
		});
	}
}

// Reads the stream to its end. A stream that just stops is broken.
async function receive(response, answer) {
	let done = false;

	try {
		for await (const data of events(response.body)) {
			if (data === '[DONE]')
				done = true;
			else
				answer.take(JSON.parse(data));
		}
	} catch (e) {
		if (e.name === 'AbortError' || e instanceof Fault)
			throw e;
		done = false;
		answer.finish = null;
	}
	if (!done && answer.finish === null)
		throw new Fault(502, { error: { code: 'cut', message: '' } });
}

async function answerTo(content, control) {
	const asked = [...messages, { role: 'user', content }];
	let answer = null;

	say(() => t('chat.waiting'));
	try {
		const response = await call('v1/chat/completions', {
			signal: control.signal, json: { model: $('chat-model').value,
			    messages: asked, stream: true,
			    stream_options: { include_usage: true } } });
		const model = response.headers.get('x-ms-model');
		answer = new Answer(response);
		say(() => t('chat.answering', { model }));
		await receive(response, answer);
		answer.end();
		say(() => t('chat.done'));
	} catch (e) {
		if (!control.signal.aborted) {
			fail(e, answer, content);
			return;
		}
		answer?.end();
		say(() => t('chat.stopped'));
	}
	// what was said of an answer that was stopped was said all the same
	if (answer !== null && answer.text !== '')
		messages = [...asked, { role: 'assistant', content: answer.text }];
	else
		giveBack(content);
}

// A question without an answer can be asked again, or changed.
function giveBack(content) {
	if ($('chat-input').value === '')
		$('chat-input').value = content;
}

function fail(e, answer, content) {
	if (answer !== null)
		answer.fail(e);
	else
		more(() => alert(bubble('answer').appendChild(el('div')), words(e)));
	say(() => '');
	giveBack(content);
}

function busy(on) {
	$('send').hidden = on;
	$('chat-stop').hidden = !on;
	$('chat-clear').disabled = on;
}

async function submit(event) {
	const content = $('chat-input').value;

	event?.preventDefault();
	if (content.trim() === '' || running !== null)
		return;
	running = new AbortController();
	$('chat-input').value = '';
	bubble('you', el('div', { class: 'text' }, content));
	$('log').scrollTop = $('log').scrollHeight;
	busy(true);
	await answerTo(content, running);
	running = null;
	busy(false);
	$('chat-input').focus();
}

function clear() {
	messages = [];
	$('log').replaceChildren($('chat-empty'));
	$('chat-empty').hidden = false;
	say(() => '');
	$('chat-input').focus();
}

export function showChat(on) {
	if (on && models === null)
		loadModels();
}

export function chat() {
	$('chat-form').addEventListener('submit', submit);
	$('chat-stop').addEventListener('click', () => running?.abort());
	$('chat-clear').addEventListener('click', clear);
	$('chat-input').addEventListener('keydown', (e) => {
		// an input method's Enter chooses a word
		if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) {
			e.preventDefault();
			submit();
		}
	});
	onLanguage(() => {
		drawModels();
		$('chat-said').textContent = said();
	});
}
