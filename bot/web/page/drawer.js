// The look inside: nudges with their next times, the last moments, the outbox; and the demo's fast-forward.

import { element, FACES, feeling } from "./lines.js";
import { t } from "./texts.js";

function item(title, ...small) {
  const drawn = element("li");
  const head = element("p");
  head.append(element("b", "", title));
  const below = small.filter(Boolean).map((line) => (line instanceof Node ? line : element("p", "small", line)));
  drawn.append(head, ...below);
  return drawn;
}

function fill(list, rows, none) {
  list.replaceChildren(...(rows.length ? rows : [element("li", "none", none)]));
}

function face(number) {
  const drawn = element("span", "", FACES[number - 1]);
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", feeling(number));
  return drawn;
}

function nudge({ title, words, next = [] }) {
  const times = next.map((time) => time.replaceAll(" ", "\u00a0")); // a time stays in one line
  return item(title, words, times.length ? t("Next: {times}", { times: times.join(" · ") }) : "");
}

function moment({ when, title, answer, before, after }) {
  const felt = element("span");
  if (before) felt.append(face(before));
  if (before && after) felt.append(" → ");
  if (after) felt.append(face(after));
  const drawn = item(title, [when, answer].filter(Boolean).join(" · "));
  drawn.firstChild.className = "split";
  drawn.firstChild.append(felt);
  return drawn;
}

function row({ id, what, state, when }) {
  const drawn = element("li");
  const fate = [state, when].filter(Boolean).join(" · ");
  drawn.append(element("span", "", `${id} · ${what}`), element("span", "small", fate));
  return drawn;
}

export class Drawer {
  constructor(me, toast) {
    this.me = me;
    this.toast = toast;
    this.dialog = document.querySelector("#drawer");
    this.forwards = [...document.querySelectorAll(".forward")];
    this.timer = 0;
    document.querySelector("#open-drawer").addEventListener("click", () => this.open());
    document.querySelector("#close-drawer").addEventListener("click", () => this.dialog.close());
    // A click beside the drawer lands on the dialog itself: on its backdrop.
    this.dialog.addEventListener("click", (event) => {
      const { left } = this.dialog.getBoundingClientRect();
      if (event.target === this.dialog && event.clientX < left) this.dialog.close();
    });
    for (const button of this.forwards) button.addEventListener("click", () => this.forward());
    setInterval(() => this.dialog.open && this.refresh(), 10000);
  }

  open() {
    this.refresh();
    this.dialog.showModal();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), 400);
  }

  async refresh() {
    try {
      const response = await fetch(`/drawer?me=${this.me}`, { headers: { accept: "application/json" } });
      if (response.ok) this.draw(await response.json());
    } catch {
      // The next refresh shows it.
    }
  }

  draw({ clock, zone, nudges = [], moments = [], outbox = [], forward }) {
    const find = (name) => this.dialog.querySelector(name);
    find(".clock").textContent = [clock, zone].filter(Boolean).join(" · ");
    fill(find(".nudges"), nudges.map(nudge), t("None yet. Pebble helps you find one."));
    fill(find(".moments"), moments.map(moment), t("The first one is still to come."));
    fill(find(".outbox"), outbox.map(row), t("Empty."));
    for (const button of this.forwards) {
      if (!forward && button === document.activeElement) document.querySelector("#words").focus();
      button.hidden = !forward;
      button.querySelector(".label").textContent = forward ? ` · ${forward.label}` : "";
    }
  }

  async forward() {
    if (this.forwards.some((button) => button.getAttribute("aria-disabled"))) return;
    for (const button of this.forwards) button.setAttribute("aria-disabled", "true");
    try {
      const response = await fetch(`/demo/forward?me=${this.me}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ me: this.me }),
      });
      const answer = await response.json().catch(() => ({}));
      const { clock, line } = answer;
      this.toast(response.ok ? t("It is {clock} now.", { clock }) : line || t("Not this time. Once more, maybe?"));
      if (response.ok) this.dialog.close();
    } catch {
      this.toast(t("Pebble is out of reach for a moment."));
    }
    for (const button of this.forwards) button.removeAttribute("aria-disabled");
    this.refresh();
  }
}
