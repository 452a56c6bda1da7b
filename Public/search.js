// Search and filters over the index that lies beside the pages: no server takes part.
"use strict";

(() => {
  const state = document.getElementById("search");
  const list = document.getElementById("results");
  const count = document.getElementById("count");
  const input = document.getElementById("q");
  if (!state || !list || !count || !input) return;
  const { index, language, found, none, failed, more } = state.dataset;
  const whole = { nodes: [...list.childNodes], words: count.textContent, pager: document.querySelector(".pager") };
  const facetLinks = [...document.querySelectorAll("a[data-facet]")];
  const pageLength = 20;
  const cache = new Map();
  let turn = 0;

  const read = (path) => {
    if (!cache.has(path)) {
      cache.set(path, fetch(index + path).then((answer) => {
        if (!answer.ok) throw new Error(path);
        return answer.json();
      }));
    }
    return cache.get(path);
  };

  // The same cuts as when the index was made: words, and pairs of characters of Chinese, Japanese and Korean.
  const ideographic = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af\u{20000}-\u{323af}]/u;
  const letter = /[\p{Alphabetic}\p{N}]/u;
  const terms = (text) => {
    const result = [];
    let word = "";
    let run = [];
    const close = () => {
      if (word) result.push({ text: [...word].slice(0, 40).join(""), isWord: true });
      if (run.length === 1) result.push({ text: run[0], isWord: false });
      for (let i = 1; i < run.length; i += 1) result.push({ text: run[i - 1] + run[i], isWord: false });
      word = "";
      run = [];
    };
    for (let character of text) {
      const code = character.codePointAt(0);
      if (code >= 0xff01 && code <= 0xff5e) character = String.fromCodePoint(code - 0xfee0);
      if (ideographic.test(character)) {
        if (word) close();
        run.push(character);
      } else if (letter.test(character)) {
        if (run.length) close();
        word += character.toLowerCase();
      } else {
        close();
      }
    }
    close();
    return result.slice(0, 16);
  };

  // airports also finds airport, cities also city.
  const stems = (word) => {
    if (word.length > 4 && word.endsWith("ies")) return [word, word.slice(0, -3) + "y"];
    if (word.length > 3 && word.endsWith("s") && !word.endsWith("ss")) return [word, word.slice(0, -1)];
    return [word];
  };

  const own = (object, key) => (Object.hasOwn(object, key) ? object[key] : undefined);

  const hits = async (term, parts) => {
    const part = await read(`terms/${term.text.codePointAt(0) % parts}.json`);
    const weights = new Map();
    const take = (entry, factor) => {
      for (const [name, weight] of Object.entries(entry)) {
        weights.set(name, Math.max(weights.get(name) ?? 0, weight * factor));
      }
    };
    if (!term.isWord) {
      take(own(part, term.text) ?? {}, 2);
      return weights;
    }
    for (const stem of stems(term.text)) {
      for (const key of Object.keys(part)) {
        if (key === stem) take(part[key], 2);
        else if (key.startsWith(stem)) take(part[key], 1);
      }
    }
    return weights;
  };

  const part = (name) => {
    let hash = 2166136261;
    for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619);
    return hash >>> 0;
  };

  const search = async (query, facets) => {
    const summary = await read("index.json");
    let scores;
    const keep = (weights) => {
      scores = scores
        ? new Map([...scores].filter(([name]) => weights.has(name)).map(([name, score]) => [name, score + weights.get(name)]))
        : weights;
    };
    for (const term of terms(query)) keep(await hits(term, summary.terms));
    if (facets.length) {
      const groups = await read("facets.json");
      for (const [kind, value] of facets) {
        keep(new Map((own(own(groups, kind) ?? {}, value) ?? []).map((name) => [name, 0])));
      }
    }
    const names = [...(scores ?? new Map())]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
    return { names, entry: async (name) => own(await read(`${language}/${part(name) % summary.entries}.json`), name) };
  };

  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  const card = (entry) => {
    const item = make("li", "", "card");
    const heading = make("h3");
    const link = make("a", entry.title);
    link.href = entry.address;
    heading.append(link);
    const badge = make("span", "", entry.class);
    badge.append(make("span", entry.level), ` ${entry.openness}`);
    const meta = make("p", "", "meta");
    meta.append(badge);
    if (entry.note) meta.append(make("span", entry.note, "tag"));
    meta.append(make("span", entry.provider), make("time", entry.modified));
    item.append(heading, make("p", entry.text), meta);
    return item;
  };

  const show = async ({ names, entry }, from, mine) => {
    const entries = await Promise.all(names.slice(from, from + pageLength).map(entry));
    if (mine !== turn) return;
    list.append(...entries.filter(Boolean).map(card));
    if (from + pageLength >= names.length) return;
    const button = make("button", more, "shown-more");
    button.type = "button";
    button.addEventListener("click", () => { button.remove(); show({ names, entry }, from + pageLength, mine); });
    list.after(button);
  };

  const facetsOf = (parameters) =>
    ["theme", "organization", "level"].flatMap((kind) => (parameters.has(kind) ? [[kind, parameters.get(kind)]] : []));

  const render = async () => {
    turn += 1;
    const mine = turn;
    const parameters = new URLSearchParams(location.search);
    const query = parameters.get("q") ?? "";
    const facets = facetsOf(parameters);
    input.value = query;
    for (const link of facetLinks) {
      const isOn = parameters.get(link.dataset.facet) === link.dataset.value;
      if (isOn) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const button of document.querySelectorAll(".shown-more")) button.remove();
    const isWhole = !terms(query).length && !facets.length;
    if (whole.pager) whole.pager.hidden = !isWhole;
    if (isWhole) {
      list.replaceChildren(...whole.nodes);
      count.textContent = whole.words;
      return;
    }
    try {
      const result = await search(query, facets);
      if (mine !== turn) return;
      list.replaceChildren();
      count.textContent = result.names.length ? found.replace("{n}", String(result.names.length)) : none;
      await show(result, 0, mine);
    } catch {
      if (mine === turn) count.textContent = failed;
    }
  };

  const go = (change, replaces) => {
    const parameters = new URLSearchParams(location.search);
    change(parameters);
    const query = parameters.toString();
    const address = location.pathname + (query ? `?${query}` : "");
    if (replaces) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    render();
  };

  const take = (parameters) => {
    if (input.value.trim()) parameters.set("q", input.value.trim());
    else parameters.delete("q");
  };

  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(take, false);
  });
  let waiting;
  input.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => go(take, true), 200);
  });
  input.addEventListener("compositionend", () => go(take, true));
  for (const link of facetLinks) {
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      go((parameters) => {
        const { facet, value } = link.dataset;
        if (parameters.get(facet) === value) parameters.delete(facet);
        else parameters.set(facet, value);
      }, false);
    });
  }
  addEventListener("popstate", render);
  render();
})();
