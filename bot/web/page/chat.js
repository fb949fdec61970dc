// The chat page: listens to Pebble, draws the conversation, carries the person's words and taps.

import { Courier } from "./courier.js";
import { Drawer } from "./drawer.js";
import { Lines } from "./lines.js";
import { t } from "./texts.js";

const NAMES = ["anna", "ben", "cleo", "dev", "ella", "finn", "gia", "hugo", "ida", "jon", "kim", "lou", "mia", "noor"];
const RETRY = 1000; // milliseconds
const QUIET = 30000; // milliseconds after which a page that is looked at again asks anew
const LATE = 3000; // milliseconds for which a tap is shown as taken before the buttons come back

const find = (name) => document.querySelector(name);
const scroller = find("#scroller");
const words = find("#words");
const newest = find("#newest");

// In a demo the name in the address picks the person; whoever opens an invitation there is somebody new.
const query = new URLSearchParams(location.search);
const invite = query.get("invite") ?? "";
const isDemo = document.documentElement.dataset.demo !== "no";
const asked = query.get("me") ?? (invite && isDemo ? freeName() : "me");
if (invite) history.replaceState(null, "", asked === "me" ? "/" : `/?me=${asked}`);
const me = asked.toLowerCase().replace(/[^a-z0-9-]+/g, "-").slice(0, 24) || "me";
const title = me === "me" || document.documentElement.dataset.demo === "no" ? "Pebble" : `Pebble · ${me}`;
const hints = {
  me,
  language: navigator.language.slice(0, 16),
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone?.slice(0, 64),
};

let stuck = true; // the reader is at the bottom and wants to stay there
let greeted = false;
let heardAt = 0;
let source = null;

// Toast

let toastTimer = 0;
function toast(text, lasts = 0) {
  if (!text) return;
  find("#toast").textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (find("#toast").textContent = ""), lasts || 3500 + 50 * text.length);
}

// Scrolling

function toBottom() {
  scroller.scrollTop = scroller.scrollHeight;
  newest.hidden = true;
}

scroller.addEventListener("scroll", () => {
  stuck = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
  if (stuck) newest.hidden = true;
});
newest.addEventListener("click", () => {
  toBottom();
  words.focus();
});
const sizes = new ResizeObserver(() => stuck && toBottom());
sizes.observe(scroller);
sizes.observe(find("#talk"));

// Speaking

const lines = new Lines(find("#talk"), (id, button) => {
  if (lines.known.get(id)?.tapped) return;
  lines.change(id, { tapped: button.label });
  courier.take("/chat/tap", { ...hints, payload: button.payload, message: id }, { tap: id });
}, (what, id, more = "") => `/chat/${what}/${id.slice(1)}?me=${me}${more}`);

const local = (errand) => `local-${errand.body.key}`;

function showWaiting(errand) {
  if (errand.path !== "/chat/say") return;
  lines.put({ id: local(errand), mine: true, text: errand.body.text, at: errand.note.at, rows: [], state: "sending" });
}

const courier = new Courier(me, {
  done(errand, answer) {
    toast(answer.toast);
    if (answer.line) lines.rename(local(errand), answer.line);
    else lines.change(local(errand), { state: "" });
    const { tap } = errand.note;
    if (tap) setTimeout(() => lines.change(tap, { tapped: "" }), LATE);
    drawer.soon();
  },
  refused(errand, answer) {
    toast(answer.line || t("That did not work. Once more, maybe?"));
    lines.change(local(errand), { state: "unsent" });
    if (errand.note.tap) lines.change(errand.note.tap, { tapped: "" });
  },
  delayed(errand, answer) {
    if (!errand.told) toast(answer.line);
    errand.told = true;
    for (const { body } of courier.errands) lines.change(`local-${body.key}`, { state: "waiting" });
  },
});

find("#composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = words.value.trim();
  if (!text) return words.focus();
  words.value = "";
  stuck = true;
  showWaiting(courier.take("/chat/say", { ...hints, text }, { at: Math.floor(Date.now() / 1000) + drift }));
  toBottom();
  words.focus();
});

words.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  find("#composer").requestSubmit();
});

// Listening

const drawer = new Drawer(me, toast);
let drift = 0; // seconds by which Pebble's clock is ahead of this one: a demo moves it

function heard(kind, handle) {
  source.addEventListener(kind, (event) => {
    heardAt = Date.now();
    handle(JSON.parse(event.data));
    drawer.soon();
  });
}

function listen() {
  source?.close();
  source = new EventSource(`/chat/events?me=${me}`);
  source.addEventListener("error", ({ target }) => {
    document.body.dataset.line = "cut";
    // After some answers a browser gives up for good; this page does not.
    if (target.readyState === EventSource.CLOSED) setTimeout(() => target === source && listen(), RETRY);
  });
  heard("hello", (hello) => {
    document.body.dataset.line = "open";
    drift = hello.clock - Math.floor(Date.now() / 1000);
    lines.snapshot(hello.lines, hello.clock);
    if (!hello.lines.length && !greeted && !invite && !courier.errands.length) courier.take("/chat/hello", hints);
    if (invite && !greeted) courier.take("/chat/hello", { ...hints, invite });
    greeted = true;
    courier.hurry();
  });
  heard("line", ({ key, ...line }) => {
    if (key) lines.rename(`local-${key}`, line);
    const isNew = !lines.known.has(line.id);
    lines.put(line);
    if (isNew && !line.mine) announce(line);
  });
  heard("edit", (change) => lines.edit(change));
  heard("delete", ({ id }) => lines.remove(id));
}

function announce(line) {
  drift = line.at - Math.floor(Date.now() / 1000);
  if (!stuck) newest.hidden = false;
  if (document.hidden) document.title = `● ${title}`;
}

// A browser opens only a handful of connections to one server. So of several tabs, which are several people, the one
// that is looked at listens, and the others catch up when they are looked at.
const others = "BroadcastChannel" in window ? new BroadcastChannel("pebble") : null;
others?.addEventListener("message", () => {
  if (!document.hidden) return;
  source?.close();
  heardAt = 0;
});

function looked() {
  if (document.hidden) return;
  document.title = title;
  others?.postMessage("here");
  if (source?.readyState === EventSource.CLOSED || Date.now() - heardAt > QUIET) listen();
}
document.addEventListener("visibilitychange", looked);
window.addEventListener("online", listen);

// New person

// Names that were somebody in this browser are not given to anybody else.
function usedNames(...more) {
  const used = new Set(["me", ...more, ...(localStorage.getItem("pebble-names") ?? "").split(" ")]);
  localStorage.setItem("pebble-names", [...used].filter(Boolean).join(" "));
  return used;
}

function freeName() {
  const used = usedNames();
  const free = NAMES.find((name) => !used.has(name)) ?? `guest-${used.size}`;
  usedNames(free);
  return free;
}

find("#another").addEventListener("click", () => {
  find("#another").href = `/?me=${freeName()}`;
});

document.title = title;
if (isDemo) usedNames(me);
for (const errand of courier.errands) {
  showWaiting(errand);
  lines.change(local(errand), { state: "waiting" });
}
courier.run();
others?.postMessage("here");
listen();
