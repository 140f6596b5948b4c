// What a browser keeps for us, if it keeps anything: the language, the
// theme, the last queries (models only), and for a tab's life the gateway
// token. Never a key.

function area(name) {
	try {
		return window[name];
	} catch {
		return null;
	}
}

const get = (where, key) => {
	try {
		return area(where)?.getItem(`ms.${key}`) ?? null;
	} catch {
		return null;
	}
};

const put = (where, key, value) => {
	try {
		if (value === null)
			area(where)?.removeItem(`ms.${key}`);
		else
			area(where)?.setItem(`ms.${key}`, value);
	} catch {
		// full or forbidden: it is not kept then
	}
};

export const recall = (key) => get('localStorage', key);
export const remember = (key, value) => put('localStorage', key, value);

export const token = () => get('sessionStorage', 'token') ?? '';
export const setToken = (value) => put('sessionStorage', 'token', value || null);
