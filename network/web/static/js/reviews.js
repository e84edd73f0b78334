// Lines decided by keyboard. The next line is in memory before it is needed: a key shows it at once, and what was
// decided is sent behind the reader's back, one request after the other. Without this file the same forms do it all.

import { sender } from "./review_sender.js";

const AHEAD = 6; // lines in memory below which more are fetched
const TRAIL = 3;
const PAUSE = 2000; // ms before a server that did not answer is asked again
const SWITCH = "vigie.reviews.keys";

const desk = document.querySelector("[data-reviews]");
const stage = desk.querySelector("[data-stage]");
const live = desk.querySelector("[data-live]");
const waiting = document.querySelector("[data-waiting]");
const decided = document.querySelector("[data-decided]");
const inBar = document.querySelector("[data-to-review]");
const trail = desk.querySelector("[data-trail]");
const trailBox = desk.querySelector("[data-trail-box]");
const undoForm = desk.querySelector("[data-undo]");
const help = desk.querySelector("[data-help]");
const numbers = new Intl.NumberFormat(document.documentElement.lang);
const templateOf = (mark) => desk.querySelector(`template[data-${mark}]`);

const ahead = []; // articles in memory
const past = []; // decisions of this page, oldest first
const seen = new Set(); // lines in memory, shown, decided or left for later
let left = Number(waiting.dataset.waiting);
let count = Number(decided.dataset.decided);
let last = null; // the line after which the next batch begins
let hasAll = false;
let hasLookedAgain = false;
let leftForLater = 0;
let isFetching = false;

const say = (name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), desk.dataset[name]);
const tell = (...sentences) => {
  live.textContent = "";
  // set in a later task, so that the same sentence twice is read twice
  setTimeout(() => { live.textContent = sentences.join(" "); }, 30);
};
const shown = () => stage.querySelector("[data-review]");
const send = sender({
  tellCut: () => notice(say("sayCut")),
  tellUnsent: (number) => { desk.dataset.unsent = number; },
});

function notice(sentence) {
  const box = document.createElement("div");
  box.className = "notice notice-news";
  box.setAttribute("role", "status");
  box.textContent = sentence;
  desk.querySelectorAll(".notice").forEach((old) => old.remove());
  desk.prepend(box);
}

function tally() {
  const rest = Math.max(0, left);
  waiting.textContent = numbers.format(rest);
  decided.textContent = numbers.format(count);
  if (inBar) inBar.textContent = numbers.format(rest);
}

// --- Lines ahead -------------------------------------------------------------------------------------------------

async function fetchAhead() {
  if (isFetching || hasAll || ahead.length >= AHEAD) return;
  isFetching = true;
  let isAnswered = false;
  await send.run(async () => {
    const address = new URL(desk.dataset.batchUrl, window.location.href);
    if (last) address.searchParams.set("after", last);
    const answer = await fetch(address, { headers: { "X-Vigie-Fragment": "1" } });
    isAnswered = answer.ok && !answer.redirected;
    if (answer.redirected) window.location.reload(); // the session has ended
    else if (isAnswered) take(document.createRange().createContextualFragment(await answer.text()));
  });
  if (!isAnswered) await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
  isFetching = false;
  if (!shown() && !stage.querySelector(".empty")) showNext();
}

function take(drawn) {
  for (const sentence of drawn.querySelectorAll("[data-surprise]")) notice(sentence.textContent);
  const articles = [...drawn.querySelectorAll("[data-review]")];
  const fresh = articles.filter((article) => !seen.has(article.dataset.review));
  hasAll = fresh.length < articles.length || articles.length === 0; // once around
  for (const article of fresh) {
    seen.add(article.dataset.review);
    ahead.push(article);
    last = article.dataset.review;
  }
  left = Number(drawn.querySelector("[data-batch]").dataset.total) - send.unsent();
  tally();
}

function show(article) {
  stage.replaceChildren(article);
  article.querySelector("h2").focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

function showNext() {
  const next = ahead.shift();
  if (next) {
    hasLookedAgain = false;
    show(next);
  } else if (hasAll && hasLookedAgain) {
    end();
    return;
  } else {
    stage.replaceChildren(); // what is under way fills it
    hasLookedAgain = hasAll; // lines may have come since: one more look before we say that there are none
    hasAll = false;
  }
  fetchAhead();
}

function end() {
  const template = templateOf(leftForLater > 0 ? "round" : "done");
  stage.replaceChildren(template.content.cloneNode(true));
  const heading = stage.querySelector("h2");
  heading.tabIndex = -1;
  heading.focus();
}

// --- Deciding ----------------------------------------------------------------------------------------------------

function decide(button) {
  const article = shown();
  const made = { article, line: article.dataset.name, debtor: button.dataset.name, id: null };
  const form = article.querySelector("[data-decide]");
  const body = new FormData(form);
  body.set("choice", button.value);
  past.push(made);
  left -= 1;
  count += 1;
  tally();
  drawTrail();
  showNext();
  tell(say("sayPlaced", made), say("sayLeft", { count: numbers.format(Math.max(0, left)) }));
  send.post(form.action, body, {
    done: (answer) => { made.id = answer.decision; },
    refused: (why) => lose(made, why),
  });
}

function lose(made, why) {
  const place = past.indexOf(made);
  if (place < 0) return; // taken back already
  past.splice(place, 1);
  count -= 1;
  tally();
  drawTrail();
  notice(say("sayLost", { line: made.line, why }));
}

function leaveForLater() {
  leftForLater += 1;
  tell(say("sayLater", { line: shown().dataset.name }));
  showNext();
}

function takeBack() {
  const made = past.pop();
  if (!made) {
    if (trailBox.hidden) tell(say("sayNothing"));
    else undoForm.requestSubmit(); // one of before this page was loaded
    return;
  }
  const current = shown();
  if (current) ahead.unshift(current);
  left += 1;
  count -= 1;
  tally();
  drawTrail();
  show(made.article);
  tell(say("sayUndone", made));
  send.later(() => {
    const body = new FormData(undoForm);
    body.set("decision", made.id ?? "");
    return made.id ? [undoForm.action, body] : null;
  }, { refused: (why) => notice(why) });
}

function drawTrail() {
  trail.replaceChildren(
    ...past.slice(-TRAIL).reverse().map((made) => {
      const row = document.createElement("li");
      const line = document.createElement("span");
      line.textContent = made.line;
      const debtor = document.createElement("b");
      debtor.textContent = made.debtor;
      row.append(line, " → ", debtor);
      return row;
    }),
  );
  trailBox.hidden = past.length === 0;
}

// --- Keys ----------------------------------------------------------------------------------------------------------

const keysSwitch = desk.querySelector("[data-keys-switch]");
let keysAreOn = window.localStorage.getItem(SWITCH) !== "off"; // they can be turned off: WCAG 2.1.4

function move(step) {
  const all = [...stage.querySelectorAll("[data-key]:not(:disabled)")];
  const place = all.indexOf(document.activeElement) + step;
  const wanted = document.activeElement?.matches("[data-key]") ? place : step > 0 ? 0 : all.length - 1;
  all[Math.min(Math.max(wanted, 0), all.length - 1)]?.focus();
}

function press(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing || help.open) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable], summary, .menu-sheet")) return;
  const key = event.key.toLowerCase();
  if (key === "arrowdown" || key === "arrowup") {
    if (!event.target.closest?.("[data-reviews], body")) return;
    event.preventDefault();
    move(key === "arrowdown" ? 1 : -1);
    return;
  }
  if (!keysAreOn || event.repeat) return; // a key held down must not decide ten lines
  const chosen = /^[1-5ns]$/.test(key) ? stage.querySelector(`[data-key="${key}"]:not(:disabled)`) : null;
  if (chosen) chosen.click();
  else if (key === "u") takeBack();
  else if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key === "?") help.showModal();
  else return;
  event.preventDefault();
}

function drawSwitch() {
  keysSwitch.textContent = keysAreOn ? keysSwitch.dataset.on : keysSwitch.dataset.off;
}

desk.addEventListener("submit", (event) => {
  if (event.target.matches("[data-decide]") && event.submitter) {
    event.preventDefault();
    decide(event.submitter);
  } else if (event.target === undoForm && past.length > 0) {
    event.preventDefault();
    takeBack();
  }
});
desk.addEventListener("click", (event) => {
  if (event.target.closest("[data-skip]")) {
    event.preventDefault();
    leaveForLater();
  }
});
if (shown()) {
  document.addEventListener("keydown", press);
  keysSwitch.addEventListener("click", () => {
    keysAreOn = !keysAreOn;
    window.localStorage.setItem(SWITCH, keysAreOn ? "on" : "off");
    drawSwitch();
  });
  drawSwitch();
  desk.querySelector("[data-keys]").hidden = false;
  last = shown().dataset.review;
  seen.add(last);
  fetchAhead();
}
