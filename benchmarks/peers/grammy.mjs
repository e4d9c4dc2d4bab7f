// grammY (Node) as its documentation shows it: session in memory, a handler a question. Nothing is stored.
// node grammy.mjs [chats]; grammy stands in node_modules beside this folder's parent, or where NODE_PATH says.
import { createRequire } from "node:module";

const require = createRequire(process.env.PEERS_NODE ? `${process.env.PEERS_NODE}/` : import.meta.url);
const { Bot, session } = require("grammy");

const COUNT = Number(process.argv[2] ?? 1000);
const PRESSES = 11, QUESTIONS = 12, STEPS = 13;
const WORDS = ["yes", "no", "unsure", "skip"];
const LABELS = ["是 Yes", "不是 No", "不清楚 Not sure", "先不答 Skip"];
const ME = { id: 42, is_bot: true, first_name: "Interview", username: "interview_bot", can_join_groups: true, can_read_all_group_messages: false, supports_inline_queries: false };
const question = (n) => `${n + 1}/${QUESTIONS}. 医生说过孩子有这一项吗？ Did a doctor tell you of number ${n + 1}? 记不清也没关系。`;
const keyboard = (n) => LABELS.map((text, place) => [{ text, callback_data: `q:${n}:${WORDS[place]}` }]);
const person = (id) => ({ id, is_bot: false, first_name: "测试", last_name: "T", username: `u${id}`, language_code: "zh-hans" });
const chatOf = (id) => ({ id, type: "private", first_name: "测试", last_name: "T", username: `u${id}` });
const SENT = JSON.stringify({ ok: true, result: { message_id: 5000, from: ME, chat: chatOf(777), date: 1790000001, text: question(1), reply_markup: { inline_keyboard: keyboard(1) } } });
const TRUE = '{"ok":true,"result":true}';

let finished = 0;
const bot = new Bot("42:" + "A".repeat(35), { botInfo: ME });
// Every request is encoded and every answer decoded; nothing is sent.
bot.api.config.use(async (previous, method, payload) => {
  JSON.stringify(payload);
  return JSON.parse(method === "answerCallbackQuery" ? TRUE : SENT);
});
bot.use(session({ initial: () => ({ at: -1, answers: {} }) }));
const shown = (n) => (n < PRESSES ? { reply_markup: { inline_keyboard: keyboard(n) } } : {});
bot.command("start", async (context) => {
  context.session = { at: 0, answers: {} };
  await context.reply(question(0), shown(0));
});
for (let n = 0; n < PRESSES; n++) {
  bot.callbackQuery(new RegExp(`^q:${n}:`), async (context) => {
    if (context.session.at !== n) return;
    context.session.answers[`question_${n}`] = context.callbackQuery.data.split(":")[2];
    context.session.at = n + 1;
    await context.answerCallbackQuery();
    await context.editMessageText(question(n + 1), shown(n + 1));
  });
}
bot.on("message:text", async (context) => {
  if (context.session.at !== PRESSES) return;
  context.session.answers.last = context.message.text;
  finished += Object.keys(context.session.answers).length === QUESTIONS ? 1 : 0;
  await context.reply("谢谢您。 Thank you.");
});

let update = 0, nanoseconds = 0n, microseconds = 0;
for (let step = 0; step < STEPS; step++) {
  const batch = [];
  for (let place = 0; place < COUNT; place++) {
    const chat = 10_000_000 + place, n = step - 1;
    if (step === 0 || step === STEPS - 1) {
      const text = step === 0 ? "/start" : "ANA 1:320, dsDNA +";
      const entities = step === 0 ? { entities: [{ type: "bot_command", offset: 0, length: 6 }] } : {};
      batch.push(JSON.stringify({ update_id: ++update, message: { message_id: 100 + step, from: person(chat), chat: chatOf(chat), date: 1790000000 + step, text, ...entities } }));
    } else {
      const message = { message_id: 5000, from: ME, chat: chatOf(chat), date: 1790000000 + step, text: question(n), reply_markup: { inline_keyboard: keyboard(n) } };
      batch.push(JSON.stringify({ update_id: ++update, callback_query: { id: `${chat}${step}`, from: person(chat), chat_instance: String(chat * 7919), data: `q:${n}:${WORDS[(chat + n) % 4]}`, message } }));
    }
  }
  const started = process.hrtime.bigint(), used = process.cpuUsage();
  for (const raw of batch) await bot.handleUpdate(JSON.parse(raw));
  nanoseconds += process.hrtime.bigint() - started;
  const more = process.cpuUsage(used);
  microseconds += more.user + more.system;
}
if (finished !== COUNT) throw new Error(`${finished} of ${COUNT} finished`);
console.log(JSON.stringify({ name: "grammY", updates: COUNT * STEPS, seconds: Number(nanoseconds) / 1e9, memory_mb: process.memoryUsage().rss >> 20, cpu_us: Math.round(microseconds / (COUNT * STEPS)) }));
process.exit(0);
