// Light or dark, before the first thing is drawn; see shell.js for the switch.
try {
	const theme = localStorage.getItem('ms.theme');
	if (theme === 'light' || theme === 'dark')
		document.documentElement.dataset.theme = theme;
} catch {
	// no storage: as the system has it
}
