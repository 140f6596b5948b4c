// Questions to the reader.
import { el } from './dom.js';
import { t } from './i18n.js';

// Shows a modal form made of nodes; the name of the button that ended it, or
// "" if it was left. Buttons are { name, label, kind }.
export function question(title, nodes, buttons) {
	const dialog = el('dialog', { 'aria-labelledby': 'dialog-title' },
	    el('form', { method: 'dialog' },
		el('h2', { id: 'dialog-title' }, title), nodes,
		el('div', { class: 'actions end' }, buttons.map((b) => el('button',
		    { value: b.name, class: b.kind, type: b.kind === 'primary' ?
			'submit' : 'button', click: b.kind === 'primary' ? false :
			() => dialog.close(b.name) }, b.label)))));

	document.body.append(dialog);
	return new Promise((resolve) => {
		dialog.addEventListener('close', () => {
			dialog.remove();
			resolve(dialog.returnValue);
		});
		dialog.showModal();
	});
}

export async function confirm(title, text, go) {
	return await question(title, [el('p', {}, text)], [
		{ name: '', label: t('cancel') },
		{ name: 'go', label: go, kind: 'primary' },
	]) === 'go';
}
