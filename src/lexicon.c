/*
 * The words that give a kind of task away. 6 and 5: the verb that names the
 * task; 4 and 3: a thing that is hardly ever the object of another task; 2
 * and 1: a word of the field, or a mark of formulas or code, which counts
 * only in company.
 */
#include <stdint.h>
#include <string.h>

#include "lexicon.h"
#include "task.h"

enum {
	BUCKETS = 4096,
	WORDS = 4096
};

/* Words of one kind and weight, with '~' between. */
static const struct {
	int kind, weight;
	const char *words;
} groups[] = { { TASK_GREETING, 4,
		   "joke~"
		   "你是谁~笑话" },
	{ TASK_GREETING, 3,
	    "hi~hello~hey~good morning~good evening~good afternoon~bye~goodbye~"
	    "how are you~who are you~"
	    "你好~您好~早上好~晚上好~下午好~早安~在吗~谢谢~多谢~再见~拜拜" },
	{ TASK_GREETING, 2,
	    "thank*~ok~okay~yes~please continue~see you~"
	    "好的~知道了~嗯" },
	{ TASK_GREETING, 1, "good night" },
	{ TASK_LOOKUP, 5,
	    "correct spelling~how do you spell~"
	    "哪一年~哪年~星期几~近义词~反义词~同义词~下一句~上一句~怎么读~"
	    "错别字" },
	{ TASK_LOOKUP, 4,
	    "what year~what time~what day~what date~how tall~how old~how far~"
	    "how long is~how big~capital of~population of~stand for~typo*~"
	    "synonym*~antonym*~opposite of~plural~rhymes with~symbol for~"
	    "name a~name three~name the~what is your name~how heavy~how high~"
	    "how wide~acronym~abbreviation~pronounce*~rhyme with~misspell*~"
	    "which is bigger~zip code~phone code~area code~time zone~full form~"
	    "birthplace~"
	    "哪天~几点~多高~多远~几颗~叫什么~缩写~拼音~首都~化学式~叫啥~谁是~"
	    "谁写~哪国~几月~几号~几岁~多重~多快~多宽~多深~是几~全称~原名~简称~"
	    "别名~接什么~怎么拼~哪一天~属于哪~首府~邮编~区号~换算~时区" },
	{ TASK_LOOKUP, 3,
	    "how many~what language~what color~what colour~"
	    "what country~what city~what number~spell~spelling~convert~"
	    "fahrenheit~celsius~how often~how fast~rhyme~nickname~"
	    "continents~full name~first president~"
	    "谁~哪里~哪儿~什么时候~多少~多大~多长~有几~摄氏~华氏~是谁~什么地方~"
	    "在哪~哪座~哪位~几天~几次~多少钱~生日~取个~起个~小名~吃什么~国旗~"
	    "平方是" },
	{ TASK_LOOKUP, 2,
	    "who~what's~what is the~how much~currency~kilomet*~miles~birthday~"
	    "born~died~invented~founded~discovered~definition of~define~"
	    "percent of~planets~"
	    "哪个~几个~几年~等于~有哪些~公里~名字~作者~多久~出生~怎么写~面积~"
	    "人口~相当于~正常吗~发明的~创办" },
	{ TASK_LOOKUP, 1,
	    "when~where~which~is it~is a~distance~larger~square root of~"
	    "货币~是什么~哪种" },
	{ TASK_TRANSLATION, 6,
	    "translat*~how do you say~"
	    "翻译~译成~汉译英~英译汉~英译中~中译英" },
	{ TASK_TRANSLATION, 5,
	    "译为~英语怎么~日语怎么~韩语怎么~法语怎么~译一下~翻成~英文怎么" },
	{ TASK_TRANSLATION, 4,
	    "word for~localize~localise~"
	    "怎么说" },
	{ TASK_TRANSLATION, 3,
	    "in spanish~in french~in german~in japanese~in chinese~to english~"
	    "into english~in italian~in korean~in russian~in portuguese~"
	    "in arabic~into french~into spanish~into german~into chinese~"
	    "into japanese" },
	{ TASK_TRANSLATION, 2,
	    "say in~in english~subtitles~"
	    "用英语~用日语~用法语~用英文~用韩语~用德语~用西班牙语" },
	{ TASK_TRANSLATION, 1, "languages" },
	{ TASK_EXTRACTION, 6,
	    "extract~"
	    "提取" },
	{ TASK_EXTRACTION, 5,
	    "pull out~into a table~classify~label each~find all the names~"
	    "key value pairs~tag each~named entity~parse out~find the dates~"
	    "pick out~"
	    "抽取~列出文中~整理成~找出订单~打标签" },
	{ TASK_EXTRACTION, 4,
	    "as a table~categori*~key-value~fill in the fields~list the names~"
	    "sort these~group these~"
	    "找出所有~归类~键值对~挑出~情感倾向~标注~列成~按类别~识别出" },
	{ TASK_EXTRACTION, 3,
	    "as json~sentiment~entities~which of these are~rank these~"
	    "deduplicate~"
	    "分类~实体~分组~列出来~筛选" },
	{ TASK_EXTRACTION, 2,
	    "list all~"
	    "表格~用json~字段" },
	{ TASK_EXTRACTION, 1, "columns~csv" },
	{ TASK_EXPLANATION, 5,
	    "explain*~describe~difference between~differences between~eli5~"
	    "how come~help me understand~"
	    "解释~讲解~区别~什么是~讲一下~科普" },
	{ TASK_EXPLANATION, 4,
	    "explanation~how does~how did~what causes~in simple terms~"
	    "like i'm five~pros and cons~tell me about~teach me~rundown~"
	    "what's the point~what is the point~in plain words~"
	    "in plain english~what should i~what happens~history of~"
	    "introduce me~introduction to~overview of~walk me through~"
	    "what's the deal~basics of~tell me how~how it works~discuss~"
	    "elaborate~clarify~analogy~"
	    "介绍~讲讲~说说~谈谈~聊聊~为什么~为何~差别~原理~怎么回事~什么意思~"
	    "是怎样~是怎么~优缺点~说一下~介绍下~图个啥~啥意思~怎么办~由来~来历~"
	    "起源~有什么用~注意什么~注意事项~如何看待~通俗易懂~打个比方~为啥~"
	    "应该怎么~怎么准备~怎么选" },
	{ TASK_EXPLANATION, 3,
	    "why~how do~how is~how can i~concept of~meaning of~plain words~"
	    "tips~advice~ways to~should i~how should~what makes~life of~"
	    "the effect of~mechanism~purpose of~importance of~benefits of~"
	    "advantages~disadvantages~differ~guide to~is it true~real reason~"
	    "best way to~how to get~signs of~symptoms~"
	    "通俗~怎么讲~怎么样~办法~机制~一生~意义~好处~坏处~是真的吗~要带~"
	    "需要注意~哪些方面~怎么看~有何~含义~入门~比喻~举例~咋~怎样~技巧~"
	    "异同点" },
	{ TASK_EXPLANATION, 2,
	    "how are~how to~what are~what is~what does~understand~vs~vs.~"
	    "how can~example of~examples of~steps to~"
	    "说明~不同~关系~怎么~如何~优点~缺点~举个例子~建议~历史~过程~作用~"
	    "后果~真的吗~适合~概念~经验~心得" },
	{ TASK_EXPLANATION, 1,
	    "mean~work?~beginner*~how would~versus~everyday~"
	    "例子~方法~要不要~步骤" },
	{ TASK_SUMMARY, 6,
	    "summar*~tl;dr~tldr~boil this down~boil it down~sum up~tl dr~"
	    "总结~概括~摘要~缩写成~段落大意" },
	{ TASK_SUMMARY, 5,
	    "takeaway*~main ideas~main points~key points~condense~shorten~"
	    "recap~the gist~boil down~abridge~synopsis~"
	    "概述~核心观点~主要观点~主要思想~主要内容~提炼~压缩成~浓缩~梗概~"
	    "中心思想~主旨~小结" },
	{ TASK_SUMMARY, 4,
	    "outline~in two lines~in one sentence~in a nutshell~key ideas~"
	    "highlights of~abstract of~"
	    "归纳~要点~大意~纪要~简述~精简" },
	{ TASK_SUMMARY, 3,
	    "bullet points~digest~compress~"
	    "一句话~两句话~三句话~几句话" },
	{ TASK_SUMMARY, 2,
	    "minutes of~"
	    "读后" },
	{ TASK_WRITING, 6,
	    "rephrase~paraphrase~proofread~product description~cover letter~"
	    "make this sound~sound friendlier~reword~"
	    "改写~润色~写一封~写封~写一首~写首~请假条~求职信~扩写~仿写~续写" },
	{ TASK_WRITING, 5,
	    "rewrite~poem~haiku~limerick~short story~blog post~tweet~slogan*~"
	    "caption~itinerary~recipe~meal plan~brainstorm~bedtime story~"
	    "lyrics~jingle~birthday card~eulogy~recipe for~sound more~"
	    "press release~story about~sonnet~acrostic~"
	    "写信~作文~文案~发言稿~食谱~菜谱~标语~写个故事~编一个~祝酒词~贺词~"
	    "邀请函~检讨~情书~歌词~对联~春联~口号~自我介绍~睡前故事~现代诗~"
	    "缩写这~换个说法~倡议书" },
	{ TASK_WRITING, 4,
	    "polish~email~e-mail~essay~a story~speech~workout~compose~toast~"
	    "invitation~apology~text message~obituary~headline*~title for~"
	    "titles for~ideas for~packing list~shopping list~study plan~"
	    "friendlier~more formal~more concise~grammar~expand this~roleplay~"
	    "role-play~role play~script for a video~newsletter~ad for~"
	    "paragraph about~fable~vows~"
	    "邮件~写一段~写段~演讲~朋友圈~行程~写一篇~写篇~编个~致辞~祝福~道歉~"
	    "日记~简历~短信~小红书~推文~童话~散文~委婉~口语化~正式一点~更正式~"
	    "更口语~语病~通顺~点子~攻略~学习计划~计划表" },
	{ TASK_WRITING, 3,
	    "letter~resume~suggest~draft~linkedin~post about~song~complaint~"
	    "cover story~reply to~message to~names for~idea for~gift~menu~trip~"
	    "vacation~daily plan~persuasive~dialogue~pretend~bio~copy for~"
	    "推荐~健身~大白话~投诉~小说~剧本~标题~广告~微博~公众号~礼貌~主意~"
	    "礼物~菜单~清单~作息~旅行~游玩~活动方案~通知~海报" },
	{ TASK_WRITING, 2,
	    "note~polite*~recommend~write a~respond to~ideas~travel~schedule~"
	    "review of~act as~description~"
	    "诗~感谢~故事~旅游~回复~剧情~购物" },
	{ TASK_WRITING, 1,
	    "write~"
	    "写~语气" },
	{ TASK_CODE, 6,
	    "refactor*~debug*~"
	    "推导式" },
	{ TASK_CODE, 5,
	    "function that~program that~a script~unit test*~regex~"
	    "regular expression~shell script~dockerfile~makefile~typeerror~"
	    "nullpointerexception~segfault*~segmentation fault~compile error~"
	    "compiler error~list comprehension~terraform~ansible~kubectl~"
	    "docker-compose~merge conflict~chrome extension~browser extension~"
	    "discord bot~telegram bot~scraper~scrape~crawler~usestate~"
	    "useeffect~fastapi~sqlalchemy~matplotlib~verilog~vhdl~"
	    "excel formula~spreadsheet formula~apps script~vlookup~awk~crontab~"
	    "undefined reference~syntax error~traceback~stacktrace~keyerror~"
	    "valueerror~indexerror~attributeerror~importerror~runtimeerror~"
	    "econnrefused~crashloopbackoff~undefined is not~cors error~"
	    "leetcode~todo app~boilerplate~console.log~elif~npm run~chmod~"
	    "重构~报错~单元测试~正则~爬虫~写个程序~写一条sql~浏览器插件~"
	    "机器人脚本~写测试~编译错误~链接错误~语法错误~爬取~excel公式~力扣~"
	    "深拷贝" },
	{ TASK_CODE, 4,
	    "implement~function to~python~javascript~typescript~c++~golang~"
	    "go program~c#~kotlin~sql~bash~powershell~css~vba~stack trace~"
	    "github action*~for loop~while loop~group by~nginx~systemd~yaml~"
	    "toml~k8s~ci/cd~jenkins~rebase~selenium~playwright~jest~pytest~"
	    "junit~cypress~redux~angular~svelte~next.js~nextjs~node.js~nodejs~"
	    "laravel~graphql~websocket~grpc~orm~dataframe~keras~scikit-learn~"
	    "training loop~matlab~r script~perl~lua~haskell~scala~elixir~"
	    "erlang~arduino~cuda~opengl~godot~minecraft mod~sed~grep~cron~"
	    "iptables~linker~memory leak~exit code~null pointer~nil pointer~"
	    "eslint~type hints~serialize~deserialize~deep-clone~middleware~"
	    "form validation~snake game~snippet~migrate the code~port this~"
	    "add tests~npm~maven~gradle~foreach~.map(~.filter(~.cpp~printf~"
	    "println~print(~catch (~sudo~#include~"
	    "代码~脚本~调试~查询语句~命令行~配置文件~插件~扩展程序~贪吃蛇~"
	    "登录页~测试用例~内存泄漏~回调~装饰器~泛型~迭代器~反序列化~抓取~"
	    "排序算法~快速排序~冒泡~动态规划~代码块~跑不通~运行不了~错在哪~"
	    "堆栈~定时任务" },
	{ TASK_CODE, 3,
	    "code~a function~script~test case*~java~in go~php~vue~html~pandas~"
	    "numpy~flask~django~spring boot~endpoint*~bug~bugs~pull request~"
	    "one-liner~async~linked list~webpack~hashmap~hash map~query~count(~"
	    "order by~command line~cli~config~json schema~helm~git~plugin~"
	    "vscode~vs code~rails~mysql~sqlite~tensorflow~pytorch~assembly~"
	    "raspberry pi~google sheets~ssh~compile~compiles~stack overflow~"
	    "race condition~deadlock~error message~lint~generics~decorator~"
	    "iterator~quicksort~merge sort~dijkstra*~breadth-first~depth-first~"
	    "dynamic programming~parser~jwt~login page~landing page~web app~"
	    "app that~game in~tic-tac-toe~countdown timer~component~rewrite in~"
	    "optimise this~optimize this~time complexity~big-o~add type~pip~"
	    "cargo~[i]~lambda~.py~.js~.java~.sql~.sh~self.~localhost~sdk~"
	    "组件~编程~指针~循环~数组~链表~变量~小程序~小游戏~组件库~状态管理~"
	    "编译~死锁~多线程~协程~异步~序列化~透视表~二分~二叉树~重写成~出错~"
	    "源码" },
	{ TASK_CODE, 2,
	    "function~rust~ruby~swift~react~macro~exception~algorithm~"
	    "binary search~kubernetes~loop~variable~array~configuration~"
	    "configure~apache~pod~container~docker~workflow~commit~extension~"
	    "bot~mock~express~rest api~redis~mongodb~postgres~postgresql~unity~"
	    "pivot~throws~crashes~error~closure~recursive~sorting~parse~oauth~"
	    "tool that~calculator~[]~{}~+=~===~= [~= {~.ts~.go~.rs~this.~"
	    ");~{\n~"
	    "};~()~=>~==~!=~&&~||~</~def~const~var~"
	    "函数~程序~实现~异常~接口~算法~前端~后端~查询~语句~命令~配置~"
	    "工作流~流水线~容器~镜像~网页~页面~按钮~表单~覆盖率~崩溃~线程~"
	    "中间件~解析~宏~注释~改写成~报了~批量~自动化~部署" },
	{ TASK_CODE, 1,
	    "api~class~dictionary~select~join~branch~hook~in r~warning~"
	    "recursion~timer~template~faster~library~package~x =~->~return~"
	    "数据库~字典~递归~日志~公式~模块~依赖~开源" },
	{ TASK_ANALYSIS, 6,
	    "swot~market analysis~sensitivity analysis~"
	    "赏析~剖析~swot分析~波特五力" },
	{ TASK_ANALYSIS, 5,
	    "analy*~evaluat*~assess~critique~compare~root cause~dissect~"
	    "appraise~scrutini*~for and against~due diligence~feasibility~"
	    "unit economics~symbolism~character development~counterargument*~"
	    "literature review~post-mortem~postmortem~decision matrix~"
	    "cost-benefit~cost benefit~"
	    "分析~评估~论述~评述~根本原因~排查~解读~权衡~定位原因~可行性~"
	    "人物形象~写作手法~艺术特色~复盘~投入产出~方面比较~归因" },
	{ TASK_ANALYSIS, 4,
	    "critically~diagnose~investigate~examine~weigh~break down the~"
	    "arguments for~a/b test~business case~market entry~valuation~"
	    "balance sheet~financial statement*~rhetorical~rhetoric~confound*~"
	    "research design~peer review~what went wrong~recommend one~"
	    "which should we~drivers of~"
	    "评价~对比~异同~诊断~审查~梳理~站得住脚~论据~原因和解决~竞争对手~"
	    "竞品~估值~财报~资产负债~修辞~意象~主题思想~辩证~论点~反驳~"
	    "研究方法~哪个更好~多角度~从以下方面~诱因~深层" },
	{ TASK_ANALYSIS, 3,
	    "contrast~implications~hypothes*~argument that~interpret*~"
	    "bottleneck*~case study~judge~break down~best supported~"
	    "correlation~cohort~forecast*~business model~competitive~"
	    "competitor*~profitability~cash flow~clause~liability~precedent~"
	    "lawsuit~literary~argue~methodology~limitations~biases~why did our~"
	    "prioriti*~pros, cons~should we~who wins~impact of~causes of~"
	    "比较~成因~瓶颈~利弊~论证~正反~转化率~留存~留存率~环比~商业模式~"
	    "定价~盈利~现金流~条款~象征~局限~优先级~该不该~哪个好~深入~启示~"
	    "调研" },
	{ TASK_ANALYSIS, 2,
	    "trade-off*~tradeoff*~strengths~weaknesses~risks~churn~review~"
	    "with reasons~conversion~conversions~regression~dataset~data set~"
	    "trend*~outlook~go-to-market~positioning~pricing~ratios~"
	    "stakeholder*~contract~compliance~ethical~theme*~narrative~poem's~"
	    "argument~thesis~evidence~bias~incident~consequences~scenario~"
	    "risk*~"
	    "优势~劣势~风险~判断~定位~显著~转化~同比~趋势~预测~利润~合同~合规~"
	    "案例~手法~证据~偏差~事故~决策~取舍~性价比~哪些更~策略" },
	{ TASK_ANALYSIS, 1,
	    "strateg*~significant~policy~legal~offers~long-term~affected~"
	    "原因~影响~市场~法律~责任" },
	{ TASK_MATHS, 6,
	    "prove~differential equation*~eigenvalue*~expected number~"
	    "integer solution*~how many ways~bijection~isomorph*~homomorph*~"
	    "subgroup~abelian~galois~vector space~linear map~"
	    "linear transformation~banach~hausdorff~metric space~measure zero~"
	    "lebesgue~sigma-algebra~martingale~brownian~inclusion-exclusion~"
	    "pigeonhole~generating function~diophantine~eigenvector*~"
	    "positive definite~kkt~epsilon-delta~holomorphic~nash equilibri*~"
	    "circumcircle~incircle~zfc~cardinality~approximation ratio~"
	    "evaluate the integral~find the probability~find the expected~"
	    "olympiad~putnam~"
	    "证明~求证~微分方程~整数解~多少种~不可数~双射~单射~满射~同构~同态~"
	    "子群~阶群~交换群~循环群~线性空间~向量空间~线性变换~线性无关~"
	    "巴拿赫~度量空间~勒贝格~独立同分布~容斥~抽屉原理~鸽巢~生成函数~"
	    "母函数~同余~不定方程~敛散~求极限~留数~纳什均衡~外接圆~内切圆~"
	    "圆锥曲线~近似比~充要条件~充分必要~当且仅当~恒成立~反证法~构造反例~"
	    "导函数~数学期望" },
	{ TASK_MATHS, 5,
	    "proof~disprove~derive~show that~by induction~integral~"
	    "expected value~closed form~lagrange*~undecidable~np-hard~"
	    "np-complete~integer program*~linear program*~determine all~"
	    "for all real~counterexample~countable~uncountable~vertices~"
	    "connected graph~injective~surjective~subspace~hilbert~topolog*~"
	    "manifold~random variable*~markov chain~modular arithmetic~"
	    "determinant~diagonali*~infinite series~fourier~"
	    "perpendicular~computability~turing machine~reduction from~"
	    "big-theta~loop invariant~if and only if~necessary and sufficient~"
	    "evaluate the sum~in how many~positive integers~schrödinger~"
	    "hamiltonian~lagrangian~moment of inertia~∫~"
	    "推导~归纳法~特征值~通项~整数规划~线性规划~求所有~不可判定~可数~"
	    "连通图~子空间~希尔伯特~紧致~测度~随机变量~马尔可夫~鞅~排列组合~"
	    "组合数~行列式~对角化~特征向量~正定~凸函数~凸优化~级数~傅里叶~"
	    "解析函数~垂直平分~全等~相似三角形~双曲线~图灵机~归约~任意实数~"
	    "不动点~薛定谔~哈密顿~受力分析~动量守恒~奥数~竞赛题~压轴题~"
	    "取值范围~单调性~递归式~柯西" },
	{ TASK_MATHS, 4,
	    "derivation~lemma~polynomial*~probability~recurrence~congruen*~"
	    "irrational~solve for~rigorous*~poisson~binomial~stochastic~"
	    "combinator*~divisible~gcd~orthogonal~convex~optimality~diverge*~"
	    "epsilon~laplace~taylor~tangent~axiom*~lower bound~upper bound~"
	    "asymptotic*~amorti*~iff~find the maximum~find the minimum~"
	    "real numbers~sin(~cos(~log_~ln(~n!~maxwell~projectile~fixed point~"
	    "∑~\\frac~\\int~\\sum~"
	    "引理~积分~导数~矩阵~多项式~不等式~概率~收敛~最大值~最小值~求解~"
	    "解方程~拉格朗日~反例~数列~严格论证~顶点~拓扑~泊松~布朗~整除~"
	    "公约数~正交~发散~拉普拉斯~泰勒~切线~平行四边形~椭圆~抛物线~公理~"
	    "下界~上界~渐近~对任意~正整数~求最~求值~麦克斯韦~奇偶性" },
	{ TASK_MATHS, 3,
	    "theorem~integrate~derivative~matrix~matrices~modulo~primes~"
	    "converge*~solve the~maximi*~triangle~graph with~variance~"
	    "distribution of~gaussian~prime number*~cyclic~concave~duality~"
	    "residue~contour~game theory~calculus~satisfying~satisfies~sqrt~"
	    "|x|~f(n)~relativistic~√~∞~∈~f(x~"
	    "定理~方程~递推~素数~质数~无理数~极限~梯度~三角形~方差~服从~正态~"
	    "二项~公倍数~对偶~博弈~微积分~基数~实数~有理数~正数~解得" },
	{ TASK_MATHS, 2,
	    "equation*~inequality~expectation~integers~continuous~gradient~"
	    "minimi*~subject to~complexity~step by step~find all~compact~"
	    "exponential*~permutation*~geometric*~angle~algebra~compute the~"
	    "calculate the~work out~solve~rational~^x~thermodynamic*~²~³~≤~≥~Σ~"
	    "Ω~θ~^2~^n~^3~^{~e^~"
	    "期望~复杂度~严格~秩~均衡~求出" },
	{ TASK_MATHS, 1,
	    "prime~series~let~suppose~show~for all~for every~expected~''~"
	    "连续~分布~满足~计算~构造" },
	{ TASK_DESIGN, 6, "system design" },
	{ TASK_DESIGN, 5,
	    "architect*~migration plan~how would you build~build a system~"
	    "build a platform~blueprint~threat model~dual writes~dual-write~"
	    "event sourcing~cqrs~exactly-once~at-least-once~data platform~"
	    "single point of failure~quorum~paxos~crdt~linearizab*~"
	    "eventual consistency~strong consistency~database engine~"
	    "storage engine~research proposal~"
	    "迁移方案~总体设计~蓝图~威胁模型~双写~拆库~分库分表~事件驱动~"
	    "恰好一次~数据平台~数据中台~故障模式~单点故障~存储引擎~数据库引擎~"
	    "战略规划~顶层设计" },
	{ TASK_DESIGN, 4,
	    "design~distributed~fault-toleran*~fault toleran*~multi-region~"
	    "multi-tenant~active-active~requests per second~roadmap~"
	    "high availability~lock-free~disaster recovery~build a service~"
	    "kill criteria~decision gates~phased~cutover~backfill~"
	    "zero downtime~without downtime~stopping writes~monolith~"
	    "event-driven~message broker~stream processing~data lake~rpo~rto~"
	    "failure modes~failure handling~raft~cache invalidation~"
	    "concurrent users~daily users~daily active~petabyte*~multi-cloud~"
	    "zero trust~zero-trust~recommendation system~matching engine~"
	    "payment system~feature store~mlops~microkernel~clinical trial~"
	    "urban plan*~qps~"
	    "设计~架构~分布式~高可用~高并发~容灾~多活~多租户~路线图~完整方案~"
	    "整体方案~无锁~方案设计~详细设计~技术选型~分阶段~不停机~停写~回填~"
	    "分库~至少一次~幂等性~数据湖~数据仓库~数仓~灾备~容错~熔断~可观测~"
	    "缓存失效~日活~水平扩展~零信任~推荐系统~撮合~支付系统~秒杀~"
	    "特征平台~调度系统~课程体系~研究方案~临床试验~城市规划~全链路~"
	    "协同编辑~多人协同" },
	{ TASK_DESIGN, 3,
	    "scalab*~failover~shard*~replication~idempoten*~microservice*~"
	    "five-year~come up with a plan~create a complete~strategy for~"
	    "specify~specification~protocol~milestones~saga~kafka~"
	    "data warehouse~etl~lineage~observability~slo~redundancy~cdn~"
	    "rate limit*~rate limiter~autoscal*~scaling to~scale to~terabyte*~"
	    "hybrid cloud~key management~cryptographic~hipaa~search engine~"
	    "cold start~training pipeline~operating system~garbage collector~"
	    "type system~blockchain network~curriculum~tps~"
	    "可扩展~微服务~分片~幂等~吞吐~编译器~负载均衡~搭建~规划~选型~"
	    "密码学~里程碑~止损~风险应对~灰度~单体~消息队列~血缘~限流~降级~"
	    "冗余~海量~亿级~并发量~扩展到~搜索引擎~召回~冷启动~调度器~操作系统~"
	    "端到端" },
	{ TASK_DESIGN, 2,
	    "consistency~capacity~throughput~latency~end to end~end-to-end~"
	    "rollback~data center*~platform~consensus~from scratch~compiler~"
	    "load balanc*~comprehensive~mitigation*~phases~rollout~governance~"
	    "sla~caching~load test*~scaling~per second~access control~"
	    "encryption~audit~gdpr~scheduler~virtual machine~interpreter~"
	    "file system~smart contract*~supply chain~infrastructure~"
	    "persistence~trade-offs~"
	    "一致性~迁移~容量~延迟~每秒~从零~系统~平台~回滚~战略~构建~制定~"
	    "方案~协议~停机~拆分~治理~脱敏~审计~缓存~弹性~虚拟机~垃圾回收~"
	    "文件系统~智能合约~供应链" },
	{ TASK_DESIGN, 1,
	    "million*~pipeline~system~budget~hiring~workforce~queue~queues~"
	    "warehouse~ranking~inference~offline~presence~"
	    "预算~招聘~切换~校验~队列~监控~失效~千万~权限~加密~三年~五年" },
	{ LEXICON_DEMAND, 1,
	    "must~should~at least~at most~including~considering~cover~without~"
	    "justify~in detail~constraint*~requirement*~then~each step~o(1)~"
	    "o(n~concurren*~estimate~explain each~generalise~generalize~verify~"
	    "along with~as well as~no more than~within~handle~handling~"
	    "with tests~with validation~"
	    "要求~必须~需要~包括~考虑~不超过~不能~至少~至多~并且~详细~覆盖~"
	    "支持~并发~每一步~给出~讨论~推广~验证~以及~同时~写出~估算" } };

static struct lexicon_word words[WORDS];
static unsigned short bucket[BUCKETS]; /* a word's index and 1, 0: none */
static size_t nwords;

/*
 * Words are found by their first bytes: three, or two Chinese characters; the
 * few that are shorter by two, or one.
 */
static size_t
key_long(char c)
{
	return (unsigned char)c >= 0xe0 ? 6 : 3;
}

static size_t
key_short(char c)
{
	return (unsigned char)c >= 0xe0 ? 3 : 2;
}

static unsigned
hash(const char *s, size_t n)
{
	uint64_t x = n;

	while (n-- > 0)
		x = x << 8 | (unsigned char)*s++;
	return (unsigned)(x * UINT64_C(0x9e3779b97f4a7c15) >> 32) % BUCKETS;
}

static void
insert(const char *text, size_t len, int kind, int weight)
{
	struct lexicon_word *w = &words[nwords];
	unsigned h;

	w->text = text;
	w->open = text[len - 1] == '*';
	w->len = (unsigned short)(len - (size_t)w->open);
	h = hash(text,
	    w->len >= key_long(*text) ? key_long(*text) : key_short(*text));
	w->kind = kind;
	w->weight = weight;
	w->next = bucket[h];
	bucket[h] = (unsigned short)++nwords;
}

static void
fill(void)
{
	const char *p;
	size_t i, n;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		for (p = groups[i].words; *p != '\0'; p += n + (p[n] == '~')) {
			n = strcspn(p, "~");
			if (nwords < WORDS)
				insert(p, n, groups[i].kind, groups[i].weight);
		}
}

static int
letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* How much of the text at s (max bytes) the word w takes; 0: none. */
static size_t
match(const struct lexicon_word *w, const char *s, size_t max)
{
	size_t n = w->len;

	if (n > max || s[n - 1] != w->text[n - 1] || memcmp(w->text, s, n) != 0)
		return 0;
	if (w->open)
		while (n < max && letter(s[n]))
			n++;
	else if (letter(s[n - 1]) && n < max && letter(s[n]))
		return 0;
	return n;
}

static const struct lexicon_word *
search(const char *s, size_t max, size_t key, size_t *len)
{
	const struct lexicon_word *best = NULL;
	unsigned short w;
	size_t m;

	*len = 0;
	if (max < key)
		return NULL;
	for (w = bucket[hash(s, key)]; w != 0; w = words[w - 1].next)
		if ((m = match(&words[w - 1], s, max)) > *len) {
			*len = m;
			best = &words[w - 1];
		}
	return best;
}

const struct lexicon_word *
lexicon_find(const char *s, size_t i, size_t n, size_t *len)
{
	const struct lexicon_word *w;

	if (nwords == 0)
		fill();
	if ((w = search(s + i, n - i, key_long(s[i]), len)) != NULL)
		return w;
	return search(s + i, n - i, key_short(s[i]), len);
}
