// What pages do beyond what they are: suggestions, keys, quotations to copy, the exact way back. Every page is whole
// without this script: what it needs is added here, so that without it nothing promises more than there is.
"use strict";

// Suggestions in the search boxes, as the ARIA combobox pattern has them.

const PAUSE = 120; // milliseconds without a key before a question is asked

for (const form of document.querySelectorAll("form[data-suggest]")) {
  const box = form.querySelector("input[name=q]");
  if (box) suggestIn(form, box, form.dataset.suggest);
}

function suggestIn(form, box, address) {
  const list = document.createElement("ul");
  list.id = box.id + "-suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  const status = document.createElement("p");
  status.className = "unseen";
  status.setAttribute("role", "status");
  form.append(list, status);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");

  let suggestions = [];
  let chosen = -1;
  let typed = box.value;
  let timer = 0;
  let question = null;

  function close() {
    clearTimeout(timer);
    question?.abort();
    suggestions = [];
    chosen = -1;
    list.hidden = true;
    list.replaceChildren();
    status.textContent = "";
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function option(suggestion, place) {
    const item = document.createElement("li");
    item.id = list.id + "-" + place;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const text = document.createElement("bdi");
    const note = document.createElement("span");
    if (suggestion.kind === "word") {
      text.textContent = suggestion.query;
      note.textContent = suggestion.reports === 1 ? "1 report" : suggestion.reports.toLocaleString("en") + " reports";
    } else {
      text.textContent = suggestion.text;
      note.textContent = "open report";
    }
    item.append(text, " ", note);
    // The box must not lose the focus to a press on the list.
    item.addEventListener("mousedown", (event) => event.preventDefault());
    item.addEventListener("click", () => follow(suggestion));
    return item;
  }

  function show(found) {
    suggestions = found;
    chosen = -1;
    list.replaceChildren(...found.map(option));
    list.hidden = found.length === 0;
    box.setAttribute("aria-expanded", String(found.length > 0));
    box.removeAttribute("aria-activedescendant");
    status.textContent = found.length === 1 ? "1 suggestion" : found.length + " suggestions";
  }

  function choose(place) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = place;
    const item = list.children[place];
    if (item) {
      item.setAttribute("aria-selected", "true");
      item.scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", item.id);
    } else {
      box.removeAttribute("aria-activedescendant");
    }
    // What would be searched for stands in the box; a title is opened, not searched for.
    box.value = suggestions[place]?.kind === "word" ? suggestions[place].query : typed;
  }

  function follow(suggestion) {
    if (suggestion.kind === "word") {
      box.value = suggestion.query;
      close();
      form.requestSubmit();
    } else {
      location.assign(suggestion.url);
    }
  }

  async function ask() {
    question?.abort();
    question = new AbortController();
    const q = box.value;
    try {
      const answer = await fetch(address + "?" + new URLSearchParams({ q }), { signal: question.signal });
      if (!answer.ok) return close();
      const { suggestions: found } = await answer.json();
      // An answer that was overtaken by the next key is of no use.
      if (box.value === q && document.activeElement === box) show(found);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  box.addEventListener("input", () => {
    typed = box.value;
    clearTimeout(timer);
    if (typed.trim() === "") return close();
    timer = setTimeout(ask, PAUSE);
  });
  box.addEventListener("blur", close);
  form.addEventListener("submit", close);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const last = suggestions.length - 1;
    if (event.key === "ArrowDown" && last < 0) {
      if (box.value.trim() !== "") ask();
    } else if (event.key === "ArrowDown") {
      choose(chosen === last ? -1 : chosen + 1);
    } else if (event.key === "ArrowUp" && last >= 0) {
      choose(chosen === -1 ? last : chosen - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      follow(suggestions[chosen]);
    } else if (event.key === "Escape" && last >= 0) {
      box.value = typed;
      close();
    } else {
      return;
    }
    event.preventDefault();
  });
}

// Elements with text and nothing else in them: what comes from reports is never read as markup.
function element(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// What is remembered in this browser; nothing where it may not be.
function remembered(store, name) {
  try { return store.getItem(name); } catch { return null; }
}

function remember(store, name, value) {
  try { store.setItem(name, value); } catch { /* it is asked anew next time */ }
}

// Keys. Single keys can be switched off, since speech and switches may send them unasked (WCAG 2.1.4).
const SWITCH = "recto.keys";
const KEYS = [
  ["/", "Search box"],
  ["j", "Next report"],
  ["k", "Previous report"],
  ["Enter", "Open the report"],
  ["n", "Next match"],
  ["p", "Previous match"],
  ["]", "Next page"],
  ["[", "Previous page"],
  ["o", "Open the PDF"],
  ["?", "These keys"],
  ["Esc", "Leave the box, close this"],
];
const LINKS = { n: "next-match", p: "previous-match", N: "previous-match", "]": "next-page", "[": "previous-page", o: "original" };

function helpWithKeys() {
  const dialog = element("dialog", "", "help");
  const title = element("h2", "Keyboard shortcuts");
  title.id = "keys";
  dialog.setAttribute("aria-labelledby", title.id);
  const list = document.createElement("dl");
  for (const [key, meaning] of KEYS) {
    const row = document.createElement("div");
    const name = document.createElement("dt");
    name.append(element("kbd", key));
    row.append(name, element("dd", meaning));
    list.append(row);
  }
  const choice = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = remembered(localStorage, SWITCH) !== "off";
  box.addEventListener("change", () => remember(localStorage, SWITCH, box.checked ? "on" : "off"));
  choice.append(box, "Single keys do this");
  const close = element("button", "Close");
  close.type = "button";
  close.addEventListener("click", () => dialog.close());
  dialog.append(title, list, choice, close);
  document.body.append(dialog);
  const opener = element("button", "Keyboard shortcuts", "link");
  opener.type = "button";
  opener.addEventListener("click", () => dialog.showModal());
  document.querySelector(".foot")?.append(opener);
  return { dialog, isOn: () => box.checked };
}

// From title to title, as far as there are any.
function step(by) {
  const titles = [...document.querySelectorAll(".card h2 a, .list h2 a")];
  const at = titles.indexOf(document.activeElement);
  const next = titles[at === -1 ? (by > 0 ? 0 : titles.length - 1) : at + by];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "center" });
}

const help = helpWithKeys();
document.addEventListener("keydown", (event) => {
  const target = event.target;
  const isTyping = target.matches?.("textarea, select, input:not([type=checkbox], [type=radio])") || target.isContentEditable;
  if (event.key === "Escape" && target.matches?.("input[name=q]") && !event.defaultPrevented) target.blur();
  if (event.defaultPrevented || isTyping || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (help.dialog.open || !help.isOn()) return;
  if (event.key === "/") {
    const box = document.querySelector("#q, #within");
    box?.focus();
    box?.select();
  } else if (event.key === "j" || event.key === "k") {
    step(event.key === "j" ? 1 : -1);
  } else if (event.key === "?") {
    help.dialog.showModal();
  } else if (LINKS[event.key] && document.getElementById(LINKS[event.key])) {
    document.getElementById(LINKS[event.key]).click();
  } else {
    return;
  }
  event.preventDefault();
});

// The exact way back: a page of results that is returned to by a link stands where it was left.
const PLACE = "recto.place";
const back = document.getElementById("back");
back?.addEventListener("click", () => {
  const place = JSON.parse(remembered(sessionStorage, PLACE) ?? "{}");
  if (place.address === back.href) remember(sessionStorage, PLACE, JSON.stringify({ ...place, isWanted: true }));
});
if (document.querySelector(".cards")) {
  const place = JSON.parse(remembered(sessionStorage, PLACE) ?? "{}");
  if (place.isWanted && place.address === location.href) scrollTo({ top: place.top, behavior: "instant" });
  addEventListener("pagehide", () => {
    remember(sessionStorage, PLACE, JSON.stringify({ address: location.href, top: scrollY }));
  });
}

// A page of a report: the overview shows where one is, the match stands in the middle, quotations can be copied.
const strip = document.querySelector(".strip");
const here = strip?.querySelector("[aria-current]");
if (here) {
  strip.scrollTop = here.offsetTop - strip.clientHeight / 2;
  strip.scrollLeft = here.offsetLeft - strip.clientWidth / 2 + here.offsetWidth / 2;
}
if (location.hash === "#match") document.getElementById("match")?.scrollIntoView({ block: "center" });

function quotation() {
  const selection = getSelection();
  const places = document.querySelectorAll("#sheet, .reading");
  const isOfPage = [...places].some((place) => place.contains(selection.anchorNode));
  const selected = isOfPage ? selection.toString().replace(/\s+/g, " ").trim() : "";
  const quote = selected || document.getElementById("quote")?.textContent || "";
  const source = document.getElementById("source").textContent + " " + document.getElementById("permalink").href;
  return quote ? "\u201c" + quote + "\u201d\n\u2014 " + source : source;
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without TLS there is only the old way.
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "unseen";
  document.body.append(box);
  box.select();
  const isCopied = document.execCommand("copy");
  box.remove();
  if (!isCopied) throw new Error("not copied");
}

// A line that says what became of a click, and is empty from the next click on: what is said twice is heard twice.
function announcer() {
  const status = element("span", "", "copied");
  status.setAttribute("role", "status");
  let fading;
  const tell = (text) => {
    clearTimeout(fading);
    status.textContent = text;
    fading = setTimeout(() => { status.textContent = ""; }, 3000);
  };
  return { status, tell };
}

const original = document.getElementById("original");
if (original && document.getElementById("source")) {
  const button = element("button", "Copy as quote", "copy quiet");
  button.type = "button";
  const { status, tell } = announcer();
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", async () => {
    tell("");
    try {
      await copy(quotation());
      tell("Copied");
    } catch {
      document.getElementById("cite").open = true;
      tell("Select it below");
    }
  });
  original.before(button, status);
}

// A report as a reference: copied as it stands, or in a form that is fetched for it.
const citing = document.querySelector(".citing");
if (citing) {
  const { status, tell } = announcer();
  const offer = (name, text) => {
    const item = element("li");
    const button = element("button", name);
    button.type = "button";
    button.addEventListener("click", async () => {
      tell("");
      try {
        await copy(await text());
        tell("Copied");
      } catch {
        tell("Not copied: take the file instead");
      }
    });
    item.append(button);
    return item;
  };
  const forms = citing.querySelector(".forms");
  const bibtex = forms.querySelector("a[href$='.bib']");
  const line = citing.querySelector(".citation").textContent.trim();
  forms.prepend(
    offer("Copy", () => line),
    offer("Copy BibTeX", async () => {
      const answer = await fetch(bibtex.href);
      if (!answer.ok) throw new Error("not there");
      return answer.text();
    }),
  );
  const told = element("li");
  told.append(status);
  forms.append(told);
}

// While reports are being read, the line that says so counts them.
const LIVE_PAUSE = 2000; // milliseconds between two looks
const live = document.querySelector("[data-live]");

async function lookHowItGoes() {
  try {
    const { ingesting, reports } = await (await fetch(live.dataset.live, { cache: "no-store" })).json();
    const counted = reports === 1 ? "1 report" : reports.toLocaleString("en") + " reports";
    if (!ingesting) {
      const link = element("a", "Look again");
      link.href = location.href;
      live.replaceChildren("All has been read. ", link, ".");
      return;
    }
    live.textContent = "Reports are being read now: " + counted + " can be found so far.";
  } catch {
    // It may be busy or starting again; the line stays as it was.
  }
  setTimeout(lookHowItGoes, LIVE_PAUSE);
}

if (live) {
  live.setAttribute("role", "status");
  setTimeout(lookHowItGoes, LIVE_PAUSE);
}

// Reports that are handed over: one after the other, each with a line that tells how it went.
const upload = document.getElementById("upload");
const LOOKS = 60; // times a report is looked for after it was handed over

// Why a file could not be read that was taken; nothing as long as it may be read yet.
async function failureOf(told, right) {
  const answer = await fetch(told.job_url + "/failures?limit=100", { headers: right });
  const { failures } = answer.ok ? await answer.json() : { failures: [] };
  return failures.find((failure) => failure.path.includes("/" + told.id));
}

async function handOver(file, right, line) {
  const headers = { ...right, "Content-Type": "application/pdf" };
  const address = upload.dataset.address + "?" + new URLSearchParams({ name: file.name });
  line.textContent = file.name + ": being sent";
  const answer = await fetch(address, { method: "POST", headers, body: file });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.title + ": " + told.detail);
  line.textContent = file.name + ": being read";
  let { state, label, advice } = told;
  for (let look = 0; state === "queued" && look < LOOKS; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const found = await fetch(told.url, { headers: right });
    if (found.ok) {
      state = "searchable";
    } else if (found.status === 404 || found.status === 410) {
      const failure = await failureOf(told, right);
      if (failure) ({ state, label, advice } = { state: "failed", ...failure });
    } else {
      throw new Error("it cannot be told what became of it");
    }
  }
  if (state === "failed") throw new Error("could not be read. " + label + ": " + advice + ".");
  line.textContent = file.name + ": ";
  if (state === "searchable") {
    const link = element("a", "can be found");
    link.href = told.url;
    line.append(link);
  } else {
    line.append("still being read; it may be found later");
  }
}

if (upload) {
  upload.hidden = false;
  upload.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { files, key, token } = upload.elements;
    // Somebody who is logged in, or a key.
    const right = key ? { Authorization: "Bearer " + key.value.trim() } : { "X-Form-Token": token.value };
    const button = upload.querySelector("button");
    const lines = upload.querySelector(".handed");
    button.disabled = true;
    for (const file of files.files) {
      const line = element("li", file.name);
      lines.append(line);
      try {
        await handOver(file, right, line);
      } catch (error) {
        line.className = "lack";
        line.textContent = file.name + ": " + error.message;
      }
    }
    button.disabled = false;
  });
}

// Files that were handed over without the script: the page is made anew once more of them were read.
const handed = document.querySelector("[data-waiting]");

async function lookAtHanded() {
  try {
    const page = await (await fetch(location.href, { cache: "no-store" })).text();
    const waiting = page.match(/data-waiting="(\d+)"/)?.[1];
    if (waiting !== handed.dataset.waiting) return location.reload();
  } catch {
    // It may be busy or starting again; the lines stay as they were.
  }
  setTimeout(lookAtHanded, LIVE_PAUSE);
}

if (handed) setTimeout(lookAtHanded, LIVE_PAUSE);

// What is being written is kept by the browser until it was sent, for as long as the window is open.

const DRAFT = "recto draft ";
const SENT = "recto sent";

function keep(name, value) {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch { /* there is no room, or none is given: then there is no draft */ }
}

function kept(name) {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

if (location.hash.startsWith("#comment-") && kept(SENT)) keep(kept(SENT), "");
keep(SENT, "");
for (const box of document.querySelectorAll("textarea[data-draft]")) {
  const name = DRAFT + box.dataset.draft;
  if (!box.value && kept(name)) {
    box.value = kept(name);
    const reply = box.closest("details.reply");
    if (reply) reply.open = true;
  }
  box.addEventListener("input", () => keep(name, box.value));
  box.form?.addEventListener("submit", () => keep(SENT, name));
}
// Jobs under way, counted as they go; when one has ended, the page is made anew.
const jobs = document.querySelector("[data-jobs]");

async function lookAtJobs() {
  try {
    const answer = await fetch(jobs.dataset.jobs, { cache: "no-store" });
    const { jobs: known } = await answer.json();
    for (const job of known) {
      const line = jobs.querySelector(`[data-job="${job.id}"]`);
      if (!line || line.dataset.state !== job.state) return location.reload();
      const { files_done: done, files_total: total, pages_done: pages, failures } = job.progress;
      const bar = line.querySelector("progress");
      if (bar) { bar.max = Math.max(total, 1); bar.value = done; }
      const counted = (number, one) => number.toLocaleString("en") + " " + one + (number === 1 ? "" : "s");
      let words = done.toLocaleString("en") + " of " + counted(total, "file");
      if (pages > 0) words += ", " + counted(pages, "page");
      if (failures > 0) words += ", " + failures.toLocaleString("en") + " failed";
      line.querySelector(".progress").textContent = words;
    }
  } catch {
    // It may be busy or starting again; the numbers stay as they were.
  }
  setTimeout(lookAtJobs, LIVE_PAUSE);
}

if (jobs) setTimeout(lookAtJobs, LIVE_PAUSE);
