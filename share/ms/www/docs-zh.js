// The description of the API in Chinese, by its English texts.
export default {
	'Where a name stands for a model, `auto` lets the gateway choose and `tier1` to `tier4` name a strength. When a model or a key refuses, the next one is tried.':
	    '凡是填写模型的地方，`auto` 表示由网关选择，`tier1` 至 `tier4` 表示档次。某个模型或密钥拒绝时，会尝试下一个。',
	'Every answer has an `x-request-id`. Errors have the shape of their family. On any path, 405 with `Allow` is for a method that it does not have, 408 for a request that does not come to its end, 414 and 431 for a head that is too large, and 503 with `Retry-After` for too many connections.':
	    '每个回答都有 `x-request-id`。错误的结构与各自的接口一致。任何路径都可能返回：405（带 `Allow`），不支持该方法；408，请求没有及时发完；414 和 431，请求行或请求头过大；503（带 `Retry-After`），连接过多。',
	'1 is strongest.':
	    '1 最强。',
	'1 to 3 SIMPLE, 4 to 5 MEDIUM, 6 to 7 COMPLEX, 8 to 10 VERY_COMPLEX.':
	    '1 至 3 为 SIMPLE，4 至 5 为 MEDIUM，6 至 7 为 COMPLEX，8 至 10 为 VERY_COMPLEX。',
	'A ModelScope key, if there is none in the body.':
	    'ModelScope 密钥，请求体里没有密钥时使用。',
	'A gateway token is needed, or this one is not known.':
	    '需要网关令牌，或者网关不认识这个令牌。',
	'A key; also taken from X-API-Key.':
	    '一个密钥；也可由 X-API-Key 给出。',
	'A model\'s id.':
	    '模型的 id。',
	'A text, or a list of items.':
	    '一段文字，或一个列表。',
	'A text, or a list of parts: {type: text, text}, {type: image_url, image_url: {url}}.':
	    '一段文字，或由若干部分组成的列表：{type: text, text}、{type: image_url, image_url: {url}}。',
	'An id, an alias, `auto` (the default), or `tier1` (strongest) to `tier4`.':
	    'id、别名、`auto`（默认），或 `tier1`（最强）至 `tier4`。',
	'An order of fallbacks, in the place of `model`.':
	    '依次尝试的模型，代替 `model`。',
	'Answer as server-sent events.':
	    '以服务器推送事件（SSE）的形式回答。',
	'As Anthropic\'s.':
	    '与 Anthropic 的相同。',
	'As OpenAI\'s, but for `previous_response_id`: no answers are kept here.':
	    '与 OpenAI 的相同，但不支持 `previous_response_id`：这里不保存回答。',
	'As OpenAI\'s.':
	    '与 OpenAI 的相同。',
	'As OpenAI\'s. All members pass unchanged, also those not named here.':
	    '与 OpenAI 的相同。所有成员原样传递，包括此处未列出的。',
	'As the service gave it, byte for byte.':
	    '与服务给出的逐字节相同。',
	'Calls of the account a day, if the service sends it.':
	    '账户每日的调用次数，如果服务给出。',
	'Calls of this model a day, if the service sends it.':
	    '此模型每日的调用次数，如果服务给出。',
	'Calls that are left; absent if unknown, or for a token that is not marked admin.':
	    '剩余的调用次数；未知时，或对非管理令牌，没有此项。',
	'Candidates are tried in turn until one answers. In a stream that holds until the first content; later failures are an event with `error`.':
	    '依次尝试各候选，直到有一个回答。流式回答在出现第一段内容之前都可以更换；之后的失败以带 `error` 的事件表示。',
	'Choose the model by the question.':
	    '按问题选择模型。',
	'Counted by the service.':
	    '由服务计数。',
	'How many attempts it took.':
	    '一共尝试的次数。',
	'How many rows are in each state, and the credits of all keys.':
	    '每种状态的行数，以及全部密钥的额度。',
	'How the order of the models was found.':
	    '模型顺序的由来。',
	'Ids to probe, each with one call for each key; a list, or one text with commas. None: only the credits, which costs nothing.':
	    '要探测的模型 id，每个密钥对每个模型消耗一次调用；列表，或用逗号分开的一段文字。不填则只查额度，不消耗调用。',
	'Is there no error in any row?':
	    '是否所有行都没有错误。',
	'Its name, else its first 7 and last 4 characters.':
	    '它的名字；没有名字时为前 7 个和后 4 个字符。',
	'Its place in the order, from 1; absent if it is left out.':
	    '在顺序中的位置，从 1 开始；被排除的没有此项。',
	'No answer came in time.':
	    '未及时得到回答。',
	'No model can answer now, the service refuses all keys, or the gateway is full.':
	    '目前没有模型能够回答，或服务拒绝了所有密钥，或网关已满。',
	'No request is dropped. What is wrong is said, and the old configuration stays.':
	    '不会中断任何请求。有错误时会说明，并保留旧配置。',
	'Of all keys together; null if one of them is unknown.':
	    '全部密钥合计；其中有未知的则为 null。',
	'Of the first model that can be tried.':
	    '第一个可以尝试的模型的。',
	'One event of a stream; the last one has `done` true, the limits and the routing, or is an `error`.':
	    '流中的一个事件；最后一个的 `done` 为 true，并带有限额和路由，或者是 `error`。',
	'One event of a stream; the last one is `[DONE]`.':
	    '流中的一个事件；最后一个是 `[DONE]`。',
	'Passed through where the service has it for the model, else translated to a chat and back.':
	    '服务为该模型提供此接口时直接传递，否则转换为对话再转换回来。',
	'Seconds to wait.':
	    '需要等待的秒数。',
	'Server-sent events, as that API has them.':
	    '服务器推送事件，形式与该接口相同。',
	'Server-sent events, one JSON text each.':
	    '服务器推送事件，每个事件是一段 JSON。',
	'Several. Without any, the server\'s own are asked.':
	    '多个密钥。都不填则查询服务器自己的密钥。',
	'Some keys could not be asked: what is known is there all the same; or the gateway is full.':
	    '有些密钥未能查询，已知的结果仍会给出；或者网关已满。',
	'Something went wrong after the answer had begun; nothing follows.':
	    '回答开始之后出了错；后面不再有内容。',
	'The `task_id`.':
	    '`task_id`。',
	'The answer.':
	    '回答。',
	'The body is not JSON, or compressed.':
	    '请求体不是 JSON，或者经过压缩。',
	'The body is too large.':
	    '请求体过大。',
	'The decision, and each model\'s place in the order or why it is left out. Nothing is asked of a model of the service.':
	    '路由的决定，以及每个模型在顺序中的位置或被排除的原因。不会调用服务的任何模型。',
	'The id of this request, also in the logs: yours, if it was sane.':
	    '此请求的编号，日志里也有；客户端给出的编号合适时沿用。',
	'The images, or the task that makes them.':
	    '图片，或生成图片的任务。',
	'The keys sent here are used once and not kept. The server\'s own need a token marked admin. Here, X-API-Key is a ModelScope key and never a gateway token.':
	    '发到这里的密钥只用一次，不会保存。查询服务器自己的密钥需要管理令牌。在这里 X-API-Key 是 ModelScope 密钥，而不是网关令牌。',
	'The model that answered.':
	    '作出回答的模型。',
	'The numbers of the quota headers; null where the service did not send them.':
	    '配额响应头里的数字；服务没有给出的为 null。',
	'The quota of all models and keys, or of the token, is used up; or too many at once, then with a short Retry-After.':
	    '所有模型和密钥的配额，或此令牌的配额已用完；或同时请求过多，此时 Retry-After 较短。',
	'The request is not what is read here, or the service refuses it for good.':
	    '请求不符合此接口，或被服务明确拒绝。',
	'The score of the question, if it was routed.':
	    '问题的评分，如果经过路由。',
	'The service failed, or its answer was broken.':
	    '服务出错，或它的回答不完整。',
	'The slash of an id may be raw or `%2F`.':
	    'id 中的斜杠可以原样写出，也可以写作 `%2F`。',
	'The tier that was routed to.':
	    '路由到的档次。',
	'There is no such model or path.':
	    '没有这个模型或路径。',
	'This needs a token marked admin, or the page\'s origin may not call.':
	    '这里需要管理令牌，或者该网页的来源不允许调用。',
	'Those that are left.':
	    '剩余的次数。',
	'Those that were tried before, and refused.':
	    '之前尝试过而被拒绝的模型。',
	'Today, by the gateway\'s own records. Unknown numbers are null, and so are `keys` and `credits` for a token that is not marked admin.':
	    '按网关自己的记录统计的今日情况。未知的数字为 null；对非管理令牌，`keys` 和 `credits` 也为 null。',
	'What a person can do about it.':
	    '可以采取的办法。',
	'What kind of task it is.':
	    '任务的种类。',
	'What the service said last when it refused, in a word: quota_day, no_credits, server, ...':
	    '服务最近一次拒绝的原因，用一个词表示：quota_day、no_credits、server 等。',
	'When it may be tried again.':
	    '何时可以再试。',
	'With `Accept: text/html`; else a word of welcome.':
	    '请求带有 `Accept: text/html` 时；否则是一句欢迎的话。',
	'Without tokens: the server does not go by this Host.':
	    '没有设置令牌时：服务器不使用这个 Host。',
	'`Bearer`.':
	    '`Bearer`。',
	'`auto`, `tier1` to `tier4`, then the ids.':
	    '`auto`、`tier1` 至 `tier4`，然后是各个 id。',
	'`false`: trying again at once is vain.':
	    '`false`：马上再试没有用。',
	'`true`: answer with a task at once.':
	    '`true`：立即返回一个任务。',
};
