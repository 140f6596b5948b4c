/*
 * The words that give a kind of task away. 6 and 5: the verb that names the
 * task; 4 and 3: a thing that is hardly ever the object of another task; 2
 * and 1: a word of the field, which counts only in company.
 */
#include <string.h>

#include "lexicon.h"
#include "score.h"

enum { BUCKETS = 512 };

#define GREET	SCORE_GREETING
#define LOOK	SCORE_LOOKUP
#define TRANS	SCORE_TRANSLATION
#define EXTR	SCORE_EXTRACTION
#define EXPL	SCORE_EXPLANATION
#define SUM	SCORE_SUMMARY
#define WRITE	SCORE_WRITING
#define CODE	SCORE_CODE
#define ANA	SCORE_ANALYSIS
#define MATH	SCORE_MATHS
#define DESIGN	SCORE_DESIGN
#define MORE	LEXICON_DEMAND

static struct lexicon_word words[] = {
	/* talk */
	{ "hi", GREET, 3, 0, 0 }, { "hello", GREET, 3, 0, 0 },
	{ "hey", GREET, 3, 0, 0 }, { "good morning", GREET, 3, 0, 0 },
	{ "good evening", GREET, 3, 0, 0 }, { "good afternoon", GREET, 3, 0, 0 },
	{ "good night", GREET, 1, 0, 0 }, { "thank*", GREET, 2, 0, 0 },
	{ "bye", GREET, 3, 0, 0 }, { "goodbye", GREET, 3, 0, 0 },
	{ "how are you", GREET, 3, 0, 0 }, { "who are you", GREET, 3, 0, 0 },
	{ "ok", GREET, 2, 0, 0 }, { "okay", GREET, 2, 0, 0 },
	{ "yes", GREET, 2, 0, 0 }, { "please continue", GREET, 2, 0, 0 },
	{ "joke", GREET, 4, 0, 0 }, { "see you", GREET, 2, 0, 0 },
	{ "你好", GREET, 3, 0, 0 }, { "您好", GREET, 3, 0, 0 },
	{ "早上好", GREET, 3, 0, 0 }, { "晚上好", GREET, 3, 0, 0 },
	{ "下午好", GREET, 3, 0, 0 }, { "早安", GREET, 3, 0, 0 },
	{ "在吗", GREET, 3, 0, 0 }, { "谢谢", GREET, 3, 0, 0 },
	{ "多谢", GREET, 3, 0, 0 }, { "再见", GREET, 3, 0, 0 },
	{ "拜拜", GREET, 3, 0, 0 }, { "你是谁", GREET, 4, 0, 0 },
	{ "笑话", GREET, 4, 0, 0 }, { "好的", GREET, 2, 0, 0 },
	{ "知道了", GREET, 2, 0, 0 }, { "嗯", GREET, 2, 0, 0 },

	/* facts */
	{ "who", LOOK, 2, 0, 0 }, { "when", LOOK, 1, 0, 0 },
	{ "where", LOOK, 1, 0, 0 }, { "which", LOOK, 1, 0, 0 },
	{ "what's", LOOK, 2, 0, 0 }, { "what is the", LOOK, 2, 0, 0 },
	{ "what year", LOOK, 4, 0, 0 }, { "what time", LOOK, 4, 0, 0 },
	{ "what day", LOOK, 4, 0, 0 }, { "what date", LOOK, 4, 0, 0 },
	{ "how many", LOOK, 3, 0, 0 }, { "how much", LOOK, 2, 0, 0 },
	{ "how tall", LOOK, 4, 0, 0 }, { "how old", LOOK, 4, 0, 0 },
	{ "how far", LOOK, 4, 0, 0 }, { "how long is", LOOK, 4, 0, 0 },
	{ "how big", LOOK, 4, 0, 0 }, { "capital of", LOOK, 4, 0, 0 },
	{ "currency", LOOK, 2, 0, 0 }, { "population of", LOOK, 4, 0, 0 },
	{ "stand for", LOOK, 4, 0, 0 }, { "spell", LOOK, 3, 0, 0 },
	{ "spelling", LOOK, 3, 0, 0 }, { "typo*", LOOK, 4, 0, 0 },
	{ "synonym*", LOOK, 4, 0, 0 }, { "antonym*", LOOK, 4, 0, 0 },
	{ "opposite of", LOOK, 4, 0, 0 }, { "plural", LOOK, 4, 0, 0 },
	{ "rhymes with", LOOK, 4, 0, 0 }, { "symbol for", LOOK, 4, 0, 0 },
	{ "name a", LOOK, 4, 0, 0 }, { "name three", LOOK, 4, 0, 0 },
	{ "name the", LOOK, 4, 0, 0 }, { "convert", LOOK, 3, 0, 0 },
	{ "is it", LOOK, 1, 0, 0 }, { "is a", LOOK, 1, 0, 0 },
	{ "fahrenheit", LOOK, 3, 0, 0 }, { "celsius", LOOK, 3, 0, 0 },
	{ "kilomet*", LOOK, 2, 0, 0 }, { "miles", LOOK, 2, 0, 0 },
	{ "谁", LOOK, 3, 0, 0 }, { "哪里", LOOK, 3, 0, 0 },
	{ "哪儿", LOOK, 3, 0, 0 }, { "哪个", LOOK, 2, 0, 0 },
	{ "哪一年", LOOK, 5, 0, 0 }, { "哪年", LOOK, 5, 0, 0 },
	{ "哪天", LOOK, 4, 0, 0 }, { "什么时候", LOOK, 3, 0, 0 },
	{ "几点", LOOK, 4, 0, 0 }, { "星期几", LOOK, 5, 0, 0 },
	{ "多少", LOOK, 3, 0, 0 }, { "多高", LOOK, 4, 0, 0 },
	{ "多大", LOOK, 3, 0, 0 }, { "多远", LOOK, 4, 0, 0 },
	{ "多长", LOOK, 3, 0, 0 }, { "几个", LOOK, 2, 0, 0 },
	{ "几年", LOOK, 2, 0, 0 }, { "几颗", LOOK, 4, 0, 0 },
	{ "有几", LOOK, 3, 0, 0 }, { "等于", LOOK, 2, 0, 0 },
	{ "叫什么", LOOK, 4, 0, 0 }, { "缩写", LOOK, 4, 0, 0 },
	{ "近义词", LOOK, 5, 0, 0 }, { "反义词", LOOK, 5, 0, 0 },
	{ "同义词", LOOK, 5, 0, 0 }, { "下一句", LOOK, 5, 0, 0 },
	{ "上一句", LOOK, 5, 0, 0 }, { "怎么读", LOOK, 5, 0, 0 },
	{ "拼音", LOOK, 4, 0, 0 }, { "错别字", LOOK, 5, 0, 0 },
	{ "首都", LOOK, 4, 0, 0 }, { "货币", LOOK, 1, 0, 0 },
	{ "化学式", LOOK, 4, 0, 0 }, { "是什么", LOOK, 1, 0, 0 },
	{ "有哪些", LOOK, 2, 0, 0 }, { "摄氏", LOOK, 3, 0, 0 },
	{ "华氏", LOOK, 3, 0, 0 }, { "公里", LOOK, 2, 0, 0 },
	{ "名字", LOOK, 2, 0, 0 }, { "作者", LOOK, 2, 0, 0 },

	/* translation */
	{ "translat*", TRANS, 6, 0, 0 }, { "in spanish", TRANS, 3, 0, 0 },
	{ "in french", TRANS, 3, 0, 0 }, { "in german", TRANS, 3, 0, 0 },
	{ "in japanese", TRANS, 3, 0, 0 }, { "in chinese", TRANS, 3, 0, 0 },
	{ "word for", TRANS, 4, 0, 0 }, { "to english", TRANS, 3, 0, 0 },
	{ "into english", TRANS, 3, 0, 0 }, { "languages", TRANS, 1, 0, 0 },
	{ "翻译", TRANS, 6, 0, 0 }, { "译成", TRANS, 6, 0, 0 },
	{ "译为", TRANS, 5, 0, 0 }, { "怎么说", TRANS, 4, 0, 0 },
	{ "用英语", TRANS, 2, 0, 0 }, { "用日语", TRANS, 2, 0, 0 },
	{ "用法语", TRANS, 2, 0, 0 }, { "用英文", TRANS, 2, 0, 0 },

	/* extraction */
	{ "extract", EXTR, 6, 0, 0 }, { "pull out", EXTR, 5, 0, 0 },
	{ "as json", EXTR, 3, 0, 0 }, { "into a table", EXTR, 5, 0, 0 },
	{ "as a table", EXTR, 4, 0, 0 }, { "columns", EXTR, 1, 0, 0 },
	{ "classify", EXTR, 5, 0, 0 }, { "categori*", EXTR, 4, 0, 0 },
	{ "label each", EXTR, 5, 0, 0 }, { "find all the names", EXTR, 5, 0, 0 },
	{ "提取", EXTR, 6, 0, 0 }, { "抽取", EXTR, 5, 0, 0 },
	{ "找出所有", EXTR, 4, 0, 0 }, { "列出文中", EXTR, 5, 0, 0 },
	{ "整理成", EXTR, 5, 0, 0 }, { "表格", EXTR, 2, 0, 0 },
	{ "用json", EXTR, 2, 0, 0 }, { "分类", EXTR, 3, 0, 0 },
	{ "归类", EXTR, 4, 0, 0 },

	/* explanation */
	{ "explain*", EXPL, 5, 0, 0 }, { "explanation", EXPL, 4, 0, 0 },
	{ "describe", EXPL, 5, 0, 0 }, { "difference between", EXPL, 5, 0, 0 },
	{ "differences between", EXPL, 5, 0, 0 }, { "why", EXPL, 3, 0, 0 },
	{ "how does", EXPL, 4, 0, 0 }, { "how do", EXPL, 3, 0, 0 },
	{ "how is", EXPL, 3, 0, 0 }, { "how are", EXPL, 2, 0, 0 },
	{ "how did", EXPL, 4, 0, 0 }, { "how can i", EXPL, 3, 0, 0 },
	{ "how to", EXPL, 2, 0, 0 }, { "what are", EXPL, 2, 0, 0 },
	{ "what is", EXPL, 2, 0, 0 }, { "what causes", EXPL, 4, 0, 0 },
	{ "what does", EXPL, 2, 0, 0 }, { "mean", EXPL, 1, 0, 0 },
	{ "concept of", EXPL, 3, 0, 0 }, { "in simple terms", EXPL, 4, 0, 0 },
	{ "like i'm five", EXPL, 4, 0, 0 }, { "eli5", EXPL, 5, 0, 0 },
	{ "pros and cons", EXPL, 4, 0, 0 }, { "work?", EXPL, 1, 0, 0 },
	{ "beginner*", EXPL, 1, 0, 0 }, { "tell me about", EXPL, 4, 0, 0 },
	{ "teach me", EXPL, 4, 0, 0 }, { "meaning of", EXPL, 3, 0, 0 },
	{ "解释", EXPL, 5, 0, 0 }, { "介绍", EXPL, 4, 0, 0 },
	{ "讲讲", EXPL, 4, 0, 0 }, { "说说", EXPL, 4, 0, 0 },
	{ "谈谈", EXPL, 4, 0, 0 }, { "聊聊", EXPL, 4, 0, 0 },
	{ "讲解", EXPL, 5, 0, 0 }, { "说明", EXPL, 2, 0, 0 },
	{ "为什么", EXPL, 4, 0, 0 }, { "为何", EXPL, 4, 0, 0 },
	{ "区别", EXPL, 5, 0, 0 }, { "不同", EXPL, 2, 0, 0 },
	{ "差别", EXPL, 4, 0, 0 }, { "关系", EXPL, 2, 0, 0 },
	{ "原理", EXPL, 4, 0, 0 }, { "怎么回事", EXPL, 4, 0, 0 },
	{ "什么意思", EXPL, 4, 0, 0 }, { "什么是", EXPL, 5, 0, 0 },
	{ "怎么", EXPL, 2, 0, 0 }, { "如何", EXPL, 2, 0, 0 },
	{ "是怎样", EXPL, 4, 0, 0 }, { "是怎么", EXPL, 4, 0, 0 },
	{ "通俗", EXPL, 3, 0, 0 }, { "优点", EXPL, 2, 0, 0 },
	{ "缺点", EXPL, 2, 0, 0 }, { "优缺点", EXPL, 4, 0, 0 },
	{ "举个例子", EXPL, 2, 0, 0 }, { "例子", EXPL, 1, 0, 0 },

	/* summary */
	{ "summar*", SUM, 6, 0, 0 }, { "tl;dr", SUM, 6, 0, 0 },
	{ "tldr", SUM, 6, 0, 0 }, { "takeaway*", SUM, 5, 0, 0 },
	{ "main ideas", SUM, 5, 0, 0 }, { "main points", SUM, 5, 0, 0 },
	{ "key points", SUM, 5, 0, 0 }, { "bullet points", SUM, 3, 0, 0 },
	{ "outline", SUM, 4, 0, 0 }, { "condense", SUM, 5, 0, 0 },
	{ "shorten", SUM, 5, 0, 0 }, { "recap", SUM, 5, 0, 0 },
	{ "the gist", SUM, 5, 0, 0 },
	{ "总结", SUM, 6, 0, 0 }, { "概括", SUM, 6, 0, 0 },
	{ "概述", SUM, 5, 0, 0 }, { "摘要", SUM, 6, 0, 0 },
	{ "归纳", SUM, 4, 0, 0 }, { "要点", SUM, 4, 0, 0 },
	{ "核心观点", SUM, 5, 0, 0 }, { "主要观点", SUM, 5, 0, 0 },
	{ "主要思想", SUM, 5, 0, 0 }, { "主要内容", SUM, 5, 0, 0 },
	{ "缩写成", SUM, 6, 0, 0 }, { "提炼", SUM, 5, 0, 0 },

	/* writing */
	{ "rewrite", WRITE, 5, 0, 0 }, { "rephrase", WRITE, 6, 0, 0 },
	{ "paraphrase", WRITE, 6, 0, 0 }, { "proofread", WRITE, 6, 0, 0 },
	{ "polish", WRITE, 4, 0, 0 }, { "email", WRITE, 4, 0, 0 },
	{ "e-mail", WRITE, 4, 0, 0 }, { "letter", WRITE, 3, 0, 0 },
	{ "essay", WRITE, 4, 0, 0 }, { "poem", WRITE, 5, 0, 0 },
	{ "haiku", WRITE, 5, 0, 0 }, { "limerick", WRITE, 5, 0, 0 },
	{ "short story", WRITE, 5, 0, 0 }, { "a story", WRITE, 4, 0, 0 },
	{ "blog post", WRITE, 5, 0, 0 }, { "tweet", WRITE, 5, 0, 0 },
	{ "slogan*", WRITE, 5, 0, 0 }, { "caption", WRITE, 5, 0, 0 },
	{ "product description", WRITE, 6, 0, 0 }, { "speech", WRITE, 4, 0, 0 },
	{ "cover letter", WRITE, 6, 0, 0 }, { "resume", WRITE, 3, 0, 0 },
	{ "note", WRITE, 2, 0, 0 }, { "polite*", WRITE, 2, 0, 0 },
	{ "itinerary", WRITE, 5, 0, 0 }, { "recipe", WRITE, 5, 0, 0 },
	{ "workout", WRITE, 4, 0, 0 }, { "meal plan", WRITE, 5, 0, 0 },
	{ "suggest", WRITE, 3, 0, 0 }, { "recommend", WRITE, 2, 0, 0 },
	{ "write a", WRITE, 2, 0, 0 }, { "write", WRITE, 1, 0, 0 },
	{ "draft", WRITE, 3, 0, 0 }, { "brainstorm", WRITE, 5, 0, 0 },
	{ "改写", WRITE, 6, 0, 0 }, { "润色", WRITE, 6, 0, 0 },
	{ "邮件", WRITE, 4, 0, 0 }, { "写信", WRITE, 5, 0, 0 },
	{ "写一封", WRITE, 6, 0, 0 }, { "写封", WRITE, 6, 0, 0 },
	{ "作文", WRITE, 5, 0, 0 }, { "文案", WRITE, 5, 0, 0 },
	{ "写一首", WRITE, 6, 0, 0 }, { "写首", WRITE, 6, 0, 0 },
	{ "诗", WRITE, 2, 0, 0 }, { "写一段", WRITE, 4, 0, 0 },
	{ "写段", WRITE, 4, 0, 0 }, { "感谢", WRITE, 2, 0, 0 },
	{ "故事", WRITE, 2, 0, 0 }, { "演讲", WRITE, 4, 0, 0 },
	{ "发言稿", WRITE, 5, 0, 0 }, { "朋友圈", WRITE, 4, 0, 0 },
	{ "推荐", WRITE, 3, 0, 0 }, { "行程", WRITE, 4, 0, 0 },
	{ "食谱", WRITE, 5, 0, 0 }, { "菜谱", WRITE, 5, 0, 0 },
	{ "健身", WRITE, 3, 0, 0 }, { "旅游", WRITE, 2, 0, 0 },
	{ "标语", WRITE, 5, 0, 0 }, { "写", WRITE, 1, 0, 0 },
	{ "大白话", WRITE, 3, 0, 0 }, { "语气", WRITE, 1, 0, 0 },

	/* code */
	{ "implement", CODE, 4, 0, 0 }, { "refactor*", CODE, 6, 0, 0 },
	{ "debug*", CODE, 6, 0, 0 }, { "code", CODE, 3, 0, 0 },
	{ "function that", CODE, 5, 0, 0 }, { "function to", CODE, 4, 0, 0 },
	{ "a function", CODE, 3, 0, 0 }, { "function", CODE, 2, 0, 0 },
	{ "program that", CODE, 5, 0, 0 }, { "a script", CODE, 5, 0, 0 },
	{ "script", CODE, 3, 0, 0 }, { "unit test*", CODE, 5, 0, 0 },
	{ "test case*", CODE, 3, 0, 0 }, { "regex", CODE, 5, 0, 0 },
	{ "regular expression", CODE, 5, 0, 0 }, { "python", CODE, 4, 0, 0 },
	{ "javascript", CODE, 4, 0, 0 }, { "typescript", CODE, 4, 0, 0 },
	{ "java", CODE, 3, 0, 0 }, { "c++", CODE, 4, 0, 0 },
	{ "rust", CODE, 2, 0, 0 }, { "golang", CODE, 4, 0, 0 },
	{ "in go", CODE, 3, 0, 0 }, { "go program", CODE, 4, 0, 0 },
	{ "c#", CODE, 4, 0, 0 }, { "php", CODE, 3, 0, 0 },
	{ "ruby", CODE, 2, 0, 0 }, { "kotlin", CODE, 4, 0, 0 },
	{ "swift", CODE, 2, 0, 0 }, { "sql", CODE, 4, 0, 0 },
	{ "bash", CODE, 4, 0, 0 }, { "shell script", CODE, 5, 0, 0 },
	{ "powershell", CODE, 4, 0, 0 }, { "dockerfile", CODE, 5, 0, 0 },
	{ "makefile", CODE, 5, 0, 0 }, { "react", CODE, 2, 0, 0 },
	{ "vue", CODE, 3, 0, 0 }, { "html", CODE, 3, 0, 0 },
	{ "css", CODE, 4, 0, 0 }, { "vba", CODE, 4, 0, 0 },
	{ "macro", CODE, 2, 0, 0 }, { "pandas", CODE, 3, 0, 0 },
	{ "numpy", CODE, 3, 0, 0 }, { "flask", CODE, 3, 0, 0 },
	{ "django", CODE, 3, 0, 0 }, { "spring boot", CODE, 3, 0, 0 },
	{ "endpoint*", CODE, 3, 0, 0 }, { "api", CODE, 1, 0, 0 },
	{ "class", CODE, 1, 0, 0 }, { "stack trace", CODE, 4, 0, 0 },
	{ "exception", CODE, 2, 0, 0 }, { "typeerror", CODE, 5, 0, 0 },
	{ "nullpointerexception", CODE, 5, 0, 0 }, { "segfault*", CODE, 5, 0, 0 },
	{ "segmentation fault", CODE, 5, 0, 0 }, { "compile error", CODE, 5, 0, 0 },
	{ "compiler error", CODE, 5, 0, 0 }, { "bug", CODE, 3, 0, 0 },
	{ "bugs", CODE, 3, 0, 0 }, { "pull request", CODE, 3, 0, 0 },
	{ "one-liner", CODE, 3, 0, 0 }, { "async", CODE, 3, 0, 0 },
	{ "algorithm", CODE, 2, 0, 0 }, { "binary search", CODE, 2, 0, 0 },
	{ "linked list", CODE, 3, 0, 0 }, { "kubernetes", CODE, 2, 0, 0 },
	{ "github action*", CODE, 4, 0, 0 }, { "webpack", CODE, 3, 0, 0 },
	{ "组件", CODE, 3, 0, 0 }, { "代码", CODE, 4, 0, 0 },
	{ "函数", CODE, 2, 0, 0 }, { "脚本", CODE, 4, 0, 0 },
	{ "程序", CODE, 2, 0, 0 }, { "编程", CODE, 3, 0, 0 },
	{ "实现", CODE, 2, 0, 0 }, { "重构", CODE, 5, 0, 0 },
	{ "调试", CODE, 4, 0, 0 }, { "报错", CODE, 5, 0, 0 },
	{ "异常", CODE, 2, 0, 0 }, { "单元测试", CODE, 5, 0, 0 },
	{ "正则", CODE, 5, 0, 0 }, { "爬虫", CODE, 5, 0, 0 },
	{ "接口", CODE, 2, 0, 0 }, { "算法", CODE, 2, 0, 0 },
	{ "查询语句", CODE, 4, 0, 0 }, { "数据库", CODE, 1, 0, 0 },
	{ "写个程序", CODE, 5, 0, 0 }, { "前端", CODE, 2, 0, 0 },
	{ "后端", CODE, 2, 0, 0 }, { "指针", CODE, 3, 0, 0 },

	/* analysis */
	{ "analy*", ANA, 5, 0, 0 }, { "evaluat*", ANA, 5, 0, 0 },
	{ "assess", ANA, 5, 0, 0 }, { "critically", ANA, 4, 0, 0 },
	{ "critique", ANA, 5, 0, 0 }, { "swot", ANA, 6, 0, 0 },
	{ "compare", ANA, 5, 0, 0 }, { "contrast", ANA, 3, 0, 0 },
	{ "root cause", ANA, 5, 0, 0 }, { "diagnose", ANA, 4, 0, 0 },
	{ "trade-off*", ANA, 2, 0, 0 }, { "tradeoff*", ANA, 2, 0, 0 },
	{ "strengths", ANA, 2, 0, 0 }, { "weaknesses", ANA, 2, 0, 0 },
	{ "strateg*", ANA, 1, 0, 0 }, { "implications", ANA, 3, 0, 0 },
	{ "hypothes*", ANA, 3, 0, 0 }, { "risks", ANA, 2, 0, 0 },
	{ "argument that", ANA, 3, 0, 0 }, { "interpret*", ANA, 3, 0, 0 },
	{ "churn", ANA, 2, 0, 0 }, { "review", ANA, 2, 0, 0 },
	{ "bottleneck*", ANA, 3, 0, 0 }, { "investigate", ANA, 4, 0, 0 },
	{ "with reasons", ANA, 2, 0, 0 }, { "case study", ANA, 3, 0, 0 },
	{ "分析", ANA, 5, 0, 0 }, { "评估", ANA, 5, 0, 0 },
	{ "评价", ANA, 4, 0, 0 }, { "对比", ANA, 4, 0, 0 },
	{ "比较", ANA, 3, 0, 0 }, { "赏析", ANA, 6, 0, 0 },
	{ "论述", ANA, 5, 0, 0 }, { "评述", ANA, 5, 0, 0 },
	{ "异同", ANA, 4, 0, 0 }, { "优势", ANA, 2, 0, 0 },
	{ "劣势", ANA, 2, 0, 0 }, { "风险", ANA, 2, 0, 0 },
	{ "成因", ANA, 3, 0, 0 }, { "原因", ANA, 1, 0, 0 },
	{ "根本原因", ANA, 5, 0, 0 }, { "排查", ANA, 5, 0, 0 },
	{ "诊断", ANA, 4, 0, 0 }, { "瓶颈", ANA, 3, 0, 0 },
	{ "审查", ANA, 4, 0, 0 }, { "影响", ANA, 1, 0, 0 },
	{ "利弊", ANA, 3, 0, 0 }, { "论证", ANA, 3, 0, 0 },

	/* mathematics */
	{ "prove", MATH, 6, 0, 0 }, { "proof", MATH, 5, 0, 0 },
	{ "disprove", MATH, 5, 0, 0 }, { "derive", MATH, 5, 0, 0 },
	{ "derivation", MATH, 4, 0, 0 }, { "show that", MATH, 5, 0, 0 },
	{ "by induction", MATH, 5, 0, 0 }, { "theorem", MATH, 3, 0, 0 },
	{ "lemma", MATH, 4, 0, 0 }, { "integral", MATH, 5, 0, 0 },
	{ "integrate", MATH, 3, 0, 0 }, { "derivative", MATH, 3, 0, 0 },
	{ "differential equation*", MATH, 6, 0, 0 },
	{ "eigenvalue*", MATH, 6, 0, 0 }, { "matrix", MATH, 3, 0, 0 },
	{ "matrices", MATH, 3, 0, 0 }, { "polynomial*", MATH, 4, 0, 0 },
	{ "equation*", MATH, 2, 0, 0 }, { "inequality", MATH, 2, 0, 0 },
	{ "probability", MATH, 4, 0, 0 }, { "expected number", MATH, 6, 0, 0 },
	{ "expected value", MATH, 5, 0, 0 }, { "expectation", MATH, 2, 0, 0 },
	{ "closed form", MATH, 5, 0, 0 }, { "recurrence", MATH, 4, 0, 0 },
	{ "integer solution*", MATH, 6, 0, 0 }, { "integers", MATH, 2, 0, 0 },
	{ "modulo", MATH, 3, 0, 0 }, { "congruen*", MATH, 4, 0, 0 },
	{ "primes", MATH, 3, 0, 0 }, { "irrational", MATH, 4, 0, 0 },
	{ "converge*", MATH, 3, 0, 0 }, { "continuous", MATH, 2, 0, 0 },
	{ "lagrange*", MATH, 5, 0, 0 }, { "gradient", MATH, 2, 0, 0 },
	{ "solve the", MATH, 3, 0, 0 }, { "solve for", MATH, 4, 0, 0 },
	{ "maximi*", MATH, 3, 0, 0 }, { "minimi*", MATH, 2, 0, 0 },
	{ "subject to", MATH, 2, 0, 0 }, { "undecidable", MATH, 5, 0, 0 },
	{ "np-hard", MATH, 5, 0, 0 }, { "np-complete", MATH, 5, 0, 0 },
	{ "complexity", MATH, 2, 0, 0 }, { "step by step", MATH, 2, 0, 0 },
	{ "triangle", MATH, 3, 0, 0 }, { "how many ways", MATH, 6, 0, 0 },
	{ "integer program*", MATH, 5, 0, 0 }, { "linear program*", MATH, 5, 0, 0 },
	{ "find all", MATH, 2, 0, 0 }, { "determine all", MATH, 5, 0, 0 },
	{ "for all real", MATH, 5, 0, 0 }, { "counterexample", MATH, 5, 0, 0 },
	{ "证明", MATH, 6, 0, 0 }, { "求证", MATH, 6, 0, 0 },
	{ "推导", MATH, 5, 0, 0 }, { "归纳法", MATH, 5, 0, 0 },
	{ "定理", MATH, 3, 0, 0 }, { "引理", MATH, 4, 0, 0 },
	{ "积分", MATH, 4, 0, 0 }, { "导数", MATH, 4, 0, 0 },
	{ "微分方程", MATH, 6, 0, 0 }, { "方程", MATH, 3, 0, 0 },
	{ "特征值", MATH, 5, 0, 0 }, { "矩阵", MATH, 4, 0, 0 },
	{ "多项式", MATH, 4, 0, 0 }, { "不等式", MATH, 4, 0, 0 },
	{ "概率", MATH, 4, 0, 0 }, { "期望", MATH, 2, 0, 0 },
	{ "通项", MATH, 5, 0, 0 }, { "递推", MATH, 3, 0, 0 },
	{ "整数解", MATH, 6, 0, 0 }, { "素数", MATH, 3, 0, 0 },
	{ "质数", MATH, 3, 0, 0 }, { "无理数", MATH, 3, 0, 0 },
	{ "收敛", MATH, 4, 0, 0 }, { "连续", MATH, 1, 0, 0 },
	{ "极限", MATH, 3, 0, 0 }, { "最大值", MATH, 4, 0, 0 },
	{ "最小值", MATH, 4, 0, 0 }, { "求解", MATH, 4, 0, 0 },
	{ "解方程", MATH, 4, 0, 0 }, { "梯度", MATH, 3, 0, 0 },
	{ "拉格朗日", MATH, 4, 0, 0 }, { "三角形", MATH, 3, 0, 0 },
	{ "多少种", MATH, 6, 0, 0 }, { "整数规划", MATH, 5, 0, 0 },
	{ "线性规划", MATH, 5, 0, 0 }, { "复杂度", MATH, 2, 0, 0 },
	{ "求所有", MATH, 5, 0, 0 }, { "不可判定", MATH, 5, 0, 0 },
	{ "反例", MATH, 4, 0, 0 }, { "数列", MATH, 4, 0, 0 },

	/* design */
	{ "design", DESIGN, 4, 0, 0 }, { "architect*", DESIGN, 5, 0, 0 },
	{ "system design", DESIGN, 6, 0, 0 }, { "distributed", DESIGN, 4, 0, 0 },
	{ "scalab*", DESIGN, 3, 0, 0 }, { "fault-toleran*", DESIGN, 4, 0, 0 },
	{ "fault toleran*", DESIGN, 4, 0, 0 }, { "failover", DESIGN, 3, 0, 0 },
	{ "shard*", DESIGN, 3, 0, 0 }, { "replication", DESIGN, 3, 0, 0 },
	{ "consistency", DESIGN, 2, 0, 0 }, { "idempoten*", DESIGN, 3, 0, 0 },
	{ "multi-region", DESIGN, 4, 0, 0 }, { "multi-tenant", DESIGN, 4, 0, 0 },
	{ "active-active", DESIGN, 4, 0, 0 }, { "microservice*", DESIGN, 3, 0, 0 },
	{ "capacity", DESIGN, 2, 0, 0 }, { "throughput", DESIGN, 2, 0, 0 },
	{ "latency", DESIGN, 2, 0, 0 }, { "requests per second", DESIGN, 4, 0, 0 },
	{ "migration plan", DESIGN, 5, 0, 0 }, { "roadmap", DESIGN, 4, 0, 0 },
	{ "end to end", DESIGN, 2, 0, 0 }, { "end-to-end", DESIGN, 2, 0, 0 },
	{ "high availability", DESIGN, 4, 0, 0 }, { "rollback", DESIGN, 2, 0, 0 },
	{ "million*", DESIGN, 1, 0, 0 }, { "data center*", DESIGN, 2, 0, 0 },
	{ "platform", DESIGN, 2, 0, 0 }, { "pipeline", DESIGN, 1, 0, 0 },
	{ "consensus", DESIGN, 2, 0, 0 }, { "system", DESIGN, 1, 0, 0 },
	{ "five-year", DESIGN, 3, 0, 0 }, { "lock-free", DESIGN, 4, 0, 0 },
	{ "from scratch", DESIGN, 2, 0, 0 }, { "compiler", DESIGN, 2, 0, 0 },
	{ "load balanc*", DESIGN, 2, 0, 0 }, { "disaster recovery", DESIGN, 4, 0, 0 },
	{ "设计", DESIGN, 4, 0, 0 }, { "架构", DESIGN, 4, 0, 0 },
	{ "分布式", DESIGN, 4, 0, 0 }, { "高可用", DESIGN, 4, 0, 0 },
	{ "高并发", DESIGN, 4, 0, 0 }, { "容灾", DESIGN, 4, 0, 0 },
	{ "可扩展", DESIGN, 3, 0, 0 }, { "微服务", DESIGN, 3, 0, 0 },
	{ "分片", DESIGN, 3, 0, 0 }, { "一致性", DESIGN, 2, 0, 0 },
	{ "幂等", DESIGN, 3, 0, 0 }, { "迁移方案", DESIGN, 5, 0, 0 },
	{ "迁移", DESIGN, 2, 0, 0 }, { "多活", DESIGN, 4, 0, 0 },
	{ "多租户", DESIGN, 4, 0, 0 }, { "容量", DESIGN, 2, 0, 0 },
	{ "吞吐", DESIGN, 3, 0, 0 }, { "延迟", DESIGN, 2, 0, 0 },
	{ "每秒", DESIGN, 2, 0, 0 }, { "路线图", DESIGN, 4, 0, 0 },
	{ "完整方案", DESIGN, 4, 0, 0 }, { "整体方案", DESIGN, 4, 0, 0 },
	{ "从零", DESIGN, 2, 0, 0 }, { "系统", DESIGN, 2, 0, 0 },
	{ "平台", DESIGN, 2, 0, 0 }, { "回滚", DESIGN, 2, 0, 0 },
	{ "战略", DESIGN, 2, 0, 0 }, { "编译器", DESIGN, 3, 0, 0 },
	{ "负载均衡", DESIGN, 3, 0, 0 }, { "无锁", DESIGN, 4, 0, 0 },

	/* marks that only formulas, or only code, have */
	{ "²", MATH, 2, 0, 0 }, { "³", MATH, 2, 0, 0 }, { "√", MATH, 3, 0, 0 },
	{ "∫", MATH, 5, 0, 0 }, { "≤", MATH, 2, 0, 0 }, { "≥", MATH, 2, 0, 0 },
	{ "∑", MATH, 4, 0, 0 }, { "Σ", MATH, 2, 0, 0 }, { "∞", MATH, 3, 0, 0 },
	{ "∈", MATH, 3, 0, 0 }, { "Ω", MATH, 2, 0, 0 }, { "θ", MATH, 2, 0, 0 },
	{ "\\frac", MATH, 4, 0, 0 }, { "\\int", MATH, 4, 0, 0 },
	{ "\\sum", MATH, 4, 0, 0 }, { "^2", MATH, 2, 0, 0 }, { "^n", MATH, 2, 0, 0 },
	{ "^3", MATH, 2, 0, 0 }, { "^{", MATH, 2, 0, 0 }, { "e^", MATH, 2, 0, 0 },
	{ "f(x", MATH, 3, 0, 0 }, { "''", MATH, 1, 0, 0 },
	{ ");", CODE, 2, 0, 0 }, { "{\n", CODE, 2, 0, 0 }, { "};", CODE, 2, 0, 0 },
	{ "()", CODE, 2, 0, 0 }, { "=>", CODE, 2, 0, 0 }, { "->", CODE, 1, 0, 0 },
	{ "==", CODE, 2, 0, 0 }, { "!=", CODE, 2, 0, 0 }, { "&&", CODE, 2, 0, 0 },
	{ "||", CODE, 2, 0, 0 }, { "</", CODE, 2, 0, 0 }, { "#include", CODE, 4, 0, 0 },
	{ "def", CODE, 2, 0, 0 }, { "return", CODE, 1, 0, 0 },
	{ "const", CODE, 2, 0, 0 }, { "var", CODE, 2, 0, 0 },

	/* more is asked for */
	{ "must", MORE, 1, 0, 0 }, { "should", MORE, 1, 0, 0 },
	{ "at least", MORE, 1, 0, 0 }, { "at most", MORE, 1, 0, 0 },
	{ "including", MORE, 1, 0, 0 }, { "considering", MORE, 1, 0, 0 },
	{ "cover", MORE, 1, 0, 0 }, { "without", MORE, 1, 0, 0 },
	{ "justify", MORE, 1, 0, 0 }, { "in detail", MORE, 1, 0, 0 },
	{ "constraint*", MORE, 1, 0, 0 }, { "requirement*", MORE, 1, 0, 0 },
	{ "then", MORE, 1, 0, 0 }, { "each step", MORE, 1, 0, 0 },
	{ "o(1)", MORE, 1, 0, 0 }, { "o(n", MORE, 1, 0, 0 },
	{ "concurren*", MORE, 1, 0, 0 }, { "要求", MORE, 1, 0, 0 },
	{ "必须", MORE, 1, 0, 0 }, { "需要", MORE, 1, 0, 0 },
	{ "包括", MORE, 1, 0, 0 }, { "考虑", MORE, 1, 0, 0 },
	{ "不超过", MORE, 1, 0, 0 }, { "不能", MORE, 1, 0, 0 },
	{ "至少", MORE, 1, 0, 0 }, { "至多", MORE, 1, 0, 0 },
	{ "并且", MORE, 1, 0, 0 }, { "详细", MORE, 1, 0, 0 },
	{ "覆盖", MORE, 1, 0, 0 }, { "支持", MORE, 1, 0, 0 },
	{ "并发", MORE, 1, 0, 0 }, { "每一步", MORE, 1, 0, 0 }
};

enum { WORDS = sizeof(words) / sizeof(words[0]) };

static unsigned short bucket[BUCKETS];	/* a word's index and 1, 0: none */
static int filled;

static unsigned
hash(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned h = u[0] * 31u + u[1] * 7u;

	/* The first two bytes of a Chinese character say little. */
	return (u[0] >= 0xe0 ? h * 5 + u[2] * 3u : h) % BUCKETS;
}

static void
fill(void)
{
	unsigned h;
	size_t i;

	for (i = WORDS; i-- > 0;) {
		h = hash(words[i].text);
		words[i].len = (unsigned short)strcspn(words[i].text, "*");
		words[i].next = bucket[h];
		bucket[h] = (unsigned short)(i + 1);
	}
	filled = 1;
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

	if (n > max || s[n - 1] != w->text[n - 1] ||
	    memcmp(w->text, s, n) != 0)
		return 0;
	if (w->text[n] == '*')
		while (n < max && letter(s[n]))
			n++;
	else if (letter(w->text[n - 1]) && n < max && letter(s[n]))
		return 0;
	return n;
}

const struct lexicon_word *
lexicon_find(const char *s, size_t i, size_t n, size_t *len)
{
	const struct lexicon_word *best = NULL;
	unsigned short w;
	size_t m;

	if (n - i < 2 || ((unsigned char)s[i] >= 0xe0 && n - i < 3))
		return NULL;
	if (!filled)
		fill();
	for (*len = 0, w = bucket[hash(s + i)]; w != 0; w = words[w - 1].next)
		if ((m = match(&words[w - 1], s + i, n - i)) > *len) {
			*len = m;
			best = &words[w - 1];
		}
	return best;
}
