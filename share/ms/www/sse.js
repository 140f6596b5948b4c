// The data of the events of a stream, as they come.

export async function* events(body) {
	const reader = body.pipeThrough(new TextDecoderStream()).getReader();
	let text = '', data = [];

	try {
		for (;;) {
			const { value, done } = await reader.read();
			if (done)
				return;
			text += value;
			// a CR at the end may be half of a line's end
			const lines = text.split(/\r\n|\n|\r(?!$)/);
			text = lines.pop();
			for (const line of lines) {
				if (line.startsWith('data:'))
					data.push(line.slice(line[5] === ' ' ? 6 : 5));
				else if (line === '' && data.length > 0) {
					yield data.join('\n');
					data = [];
				}
			}
		}
	} finally {
		reader.cancel().catch(() => {});
	}
}
