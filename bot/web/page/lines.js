// The conversation as it is drawn. People's words only ever become text nodes.

import { locale, t } from "./texts.js";

export const FACES = ["😣", "🙁", "😐", "🙂", "😄"];
const FEELINGS = [
  t("1 of 5, rough"), t("2 of 5, low"), t("3 of 5, so-so"), t("4 of 5, good"), t("5 of 5, great"),
];

export const feeling = (number) => FEELINGS[number - 1];

const clockTime = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const calendarDay = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short" });

export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

// Five buttons in one row without a letter or digit are the scale of feelings.
const isScale = (row) => row.length === 5 && row.every(({ label }) => !/[\p{L}\p{N}]/u.test(label));

export class Lines {
  constructor(log, onTap, address) {
    this.log = log;
    this.onTap = onTap;
    this.address = address;
    this.known = new Map();
  }

  // What the server has is the truth; only what it does not have yet (a line with a state) stays beside it.
  snapshot(lines, now) {
    this.log.setAttribute("aria-live", this.known.size ? "polite" : "off");
    const ids = lines.map(({ id }) => id);
    for (const [id, line] of this.known) if (!line.state && !ids.includes(id)) this.remove(id);
    const drawn = [...this.known.values()].filter(({ state }) => !state).map(({ id }) => id);
    const shown = [...this.log.querySelectorAll(".line")].map(({ dataset }) => dataset.id);
    const ordered = shown.filter((id) => drawn.includes(id));
    if (ordered.some((id, place) => id !== ids[place])) for (const id of drawn) this.remove(id);
    for (const line of lines) this.put({ ...line, state: "" }, { settled: true, now });
    for (const line of this.known.values()) if (line.state) this.log.append(line.drawn);
    setTimeout(() => this.log.setAttribute("aria-live", "polite"), 300);
  }

  put(line, { settled = false, now = 0 } = {}) {
    const earlier = this.known.get(line.id);
    const next = { state: "", ...earlier, ...line };
    if (earlier) {
      next.nudge = earlier.nudge || line.nudge;
      const same = JSON.stringify([earlier.text, earlier.rows]) === JSON.stringify([next.text, next.rows]);
      if (next.chosen || !same) next.tapped = "";
    }
    next.drawn = earlier?.drawn ?? this.place(next, settled, now);
    this.known.set(line.id, next);
    this.draw(next);
  }

  // The person's own words have got their lasting id: they stay where they were said.
  rename(local, line) {
    const earlier = this.known.get(local);
    if (!earlier) return;
    this.known.delete(local);
    if (this.known.has(line.id)) earlier.drawn.remove();
    else this.known.set(line.id, { ...earlier, drawn: earlier.drawn });
    this.put({ ...line, state: "" });
  }

  edit({ id, text, rows, chosen }) {
    const earlier = this.known.get(id);
    if (earlier) this.put({ ...earlier, text: text || earlier.text, rows, chosen, tapped: "" });
  }

  change(id, what) {
    const earlier = this.known.get(id);
    if (!earlier) return;
    Object.assign(earlier, what);
    this.draw(earlier);
  }

  remove(id) {
    const line = this.known.get(id);
    if (!line) return;
    const day = line.drawn.previousElementSibling;
    const next = line.drawn.nextElementSibling;
    if (day?.matches(".day") && !next?.matches(".line")) day.remove();
    line.drawn.remove();
    this.known.delete(id);
  }

  place(line, settled, now) {
    const drawn = element("div");
    drawn.tabIndex = -1;
    if (!settled) drawn.dataset.fresh = "yes";
    const before = [...this.log.querySelectorAll(".line")].at(-1);
    const day = calendarDay.format(line.at * 1000);
    drawn.dataset.day = day;
    const previous = before?.dataset.day ?? (now ? calendarDay.format(now * 1000) : day);
    if (day !== previous) this.log.append(element("p", "day", day));
    this.log.append(drawn);
    return drawn;
  }

  draw(line) {
    const { drawn } = line;
    drawn.className = ["line", line.mine ? "mine" : "theirs", line.nudge && "nudge", line.state,
      drawn.dataset.fresh && "fresh"].filter(Boolean).join(" ");
    drawn.dataset.id = line.id;
    // Only what has changed is drawn anew: a button keeps the focus, and nothing is read out twice.
    const said = JSON.stringify([line.text, clockTime.format(line.at * 1000), line.state, line.mine]);
    if (drawn.dataset.said !== said) {
      const earlier = drawn.querySelector(".text");
      if (earlier) earlier.replaceWith(this.text(line));
      else drawn.prepend(this.text(line));
      drawn.dataset.said = said;
    }
    const offered = JSON.stringify([line.rows, line.chosen, line.tapped, line.attachment, line.picture]);
    if (drawn.dataset.offered === offered) return;
    const held = drawn.contains(document.activeElement);
    const picture = drawn.querySelector(".picture");
    drawn.replaceChildren(...(picture ? [picture] : this.picture(line)), drawn.querySelector(".text"),
      ...this.file(line), ...this.below(line));
    drawn.dataset.offered = offered;
    // The button that had the focus is gone; the next Tab goes on from its line.
    if (held) drawn.focus({ preventScroll: true });
  }

  text(line) {
    const text = element("p", "text");
    text.append(element("span", "unseen", `${line.mine ? t("You:") : "Pebble:"} `), document.createTextNode(line.text));
    const time = element("time", "", clockTime.format(line.at * 1000));
    time.dateTime = new Date(line.at * 1000).toISOString();
    text.append(" ", time);
    const state = { waiting: t("waiting"), unsent: t("not sent") }[line.state];
    if (state) text.append(" ", element("span", "state", state));
    return text;
  }

  file(line) {
    if (!line.attachment) return [];
    const link = element("a", "chip file", line.attachment);
    link.href = this.address("file", line.id);
    link.download = line.attachment;
    return [link];
  }

  // Light or dark like the page. What cannot be had any more leaves its words alone.
  picture(line) {
    if (!line.picture) return [];
    const drawn = element("picture", "picture");
    const dark = element("source");
    dark.media = "(prefers-color-scheme: dark)";
    dark.srcset = this.address("picture", line.id, "&theme=dark");
    const image = element("img");
    image.alt = line.picture;
    image.loading = "lazy";
    image.width = 1080;
    image.height = 1350;
    image.addEventListener("error", () => {
      drawn.remove();
      if (!line.text) line.drawn.querySelector(".text")?.prepend(line.picture);
    });
    image.src = this.address("picture", line.id, "&theme=light");
    drawn.append(dark, image);
    return [drawn];
  }

  below(line) {
    const chosen = line.chosen || line.tapped;
    if (!chosen) return (line.rows ?? []).map((row) => this.row(line, row));
    const said = element("p", "chosen");
    const face = FACES.indexOf(chosen) + 1;
    const label = element("span", "", chosen);
    if (face) {
      label.setAttribute("role", "img");
      label.setAttribute("aria-label", feeling(face));
    }
    said.append("✓ ", label);
    // An edit may bring new buttons together with what was chosen.
    const rest = line.chosen && !line.tapped ? (line.rows ?? []) : [];
    return [said, ...rest.map((row) => this.row(line, row))];
  }

  row(line, row) {
    const scale = isScale(row);
    const drawn = element("div", scale ? "row faces" : "row");
    drawn.setAttribute("role", "group");
    drawn.setAttribute("aria-label", scale ? t("How you feel") : t("Answers"));
    row.forEach((button, index) => {
      if (button.url) {
        const link = element("a", "chip", button.label);
        link.href = button.url;
        link.target = "_blank";
        link.rel = "noopener noreferrer";
        drawn.append(link);
        return;
      }
      const chip = element("button", "chip", button.label);
      chip.type = "button";
      if (scale) chip.setAttribute("aria-label", feeling(index + 1));
      chip.addEventListener("click", () => this.onTap(line.id, button));
      drawn.append(chip);
    });
    return drawn;
  }
}
