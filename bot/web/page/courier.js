// Carries what the person does to the server, in order, and keeps it until the server has it.
// Every errand has a key of its own, so that one which is carried twice is still done once.

const REFUSED = new Set([400, 403, 404, 405, 413, 422]);
const LONGEST_PAUSE = 8000;
const BROKEN = 6; // times that the server may fail over one errand before it is put aside

const pauseAfter = (tries) => Math.min(LONGEST_PAUSE, 400 * 2 ** Math.min(tries, 6));

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Courier {
  constructor(me, { done, refused, delayed }) {
    this.shelf = `pebble-waiting:${me}`;
    this.heard = { done, refused, delayed };
    this.errands = this.restored();
    this.wake = () => {};
    this.under_way = false;
  }

  take(path, body, note = {}) {
    const errand = { path, body: { ...body, key: newKey() }, note, broken: 0 };
    this.errands.push(errand);
    this.keep();
    this.run();
    return errand;
  }

  hurry() {
    this.wake();
    this.run();
  }

  async run() {
    if (this.under_way) return;
    this.under_way = true;
    for (let tries = 0; this.errands.length; ) {
      const finished = await this.carry(this.errands[0]);
      if (finished) {
        this.errands.shift();
        this.keep();
        finished();
        tries = 0;
      } else {
        await this.pause(pauseAfter(tries));
        tries += 1;
      }
    }
    this.under_way = false;
  }

  // Returns what is to be told when the errand is over, or nothing when it must be carried again.
  async carry(errand) {
    try {
      const response = await fetch(errand.path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(errand.body),
        signal: AbortSignal.timeout(20000),
      });
      const answer = await response.json().catch(() => ({}));
      if (response.ok) return () => this.heard.done(errand, answer);
      if (response.status === 500) errand.broken += 1;
      if (REFUSED.has(response.status) || errand.broken >= BROKEN) return () => this.heard.refused(errand, answer);
      this.heard.delayed(errand, answer);
    } catch {
      this.heard.delayed(errand, {});
    }
    return null;
  }

  pause(length) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, length);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  keep() {
    try {
      if (this.errands.length) sessionStorage.setItem(this.shelf, JSON.stringify(this.errands));
      else sessionStorage.removeItem(this.shelf);
    } catch {
      // A browser without storage still carries everything, unless the page is closed meanwhile.
    }
  }

  restored() {
    try {
      return JSON.parse(sessionStorage.getItem(this.shelf)) ?? [];
    } catch {
      return [];
    }
  }
}
