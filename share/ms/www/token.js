// The gateway's token: asked for when a call needs one, kept as long as the
// tab lives.
import { el } from './dom.js';
import { question } from './dialog.js';
import { t } from './i18n.js';
import { setToken, token } from './store.js';

const listeners = [];
let asking = null;

// Calls fn whenever there is another token, or none.
export const onToken = (fn) => listeners.push(fn);

function use(value) {
	setToken(value);
	for (const fn of listeners)
		fn();
}

async function dialog(why) {
	const input = el('input', { id: 'token', type: 'password',
		autocomplete: 'off', spellcheck: 'false', required: true,
		pattern: '\\s*[!-~]+\\s*', autofocus: true });
	const answer = await question(t('token.title'), [
		el('p', {}, why),
		el('label', { for: 'token' }, t('token.label')), input,
	], [
		...(token() === '' ? [] : [{ name: 'forget', kind: 'quiet',
			label: t('token.forget') }]),
		{ name: '', label: t('cancel') },
		{ name: 'use', label: t('token.use'), kind: 'primary' },
	]);

	if (answer === 'use')
		use(input.value.trim());
	else if (answer === 'forget')
		use('');
	return answer === 'use';
}

// Asks for a token in the place of the one that was refused; true if there
// is another one now. Calls that are refused together ask once.
export async function askToken(refused) {
	if (token() !== refused)
		return token() !== '';
	asking ??= dialog(t(refused === '' ? 'token.why' : 'token.refused'))
	    .finally(() => {
		asking = null;
	});
	return asking;
}

export const changeToken = () => dialog(t('token.about'));
