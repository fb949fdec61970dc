// What the scripts say, in the language of the page. The texts came with the page; English is its own key.

const texts = JSON.parse(document.querySelector("#texts").textContent);
const { lang } = document.documentElement;

// International English: the day before the month, as Pebble itself writes it.
export const locale = lang === "en" ? "en-GB" : lang;

export const t = (text, values = {}) =>
  (texts[text] ?? text).replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
