// The page: three views, one of which is shown.
import { balance } from './balance.js';
import { chat, showChat } from './chat.js';
import { $ } from './dom.js';
import { onLanguage, t } from './i18n.js';
import { current, shell } from './shell.js';
import { showStatus, status } from './status.js';

const VIEWS = ['balance', 'status', 'chat'];
let view = null;

function title() {
	document.title = `${t(`${view}.title`)} · ${t('brand')}`;
}

function show(focus) {
	const wanted = location.hash.slice(1);

	view = VIEWS.includes(wanted) ? wanted : VIEWS[0];
	for (const name of VIEWS)
		$(name).hidden = name !== view;
	current(view);
	title();
	showStatus(view === 'status');
	showChat(view === 'chat');
	if (focus) {
		scrollTo(0, 0);
		$(`${view}-title`).focus();
	}
}

shell();
balance();
status();
chat();
show(false);
onLanguage(title);
addEventListener('hashchange', () => show(true));
