/* What a sum buys, by the same steps as sobe.analysis.estimator.buys, and what is in reach of it. */
(function () {
  "use strict";
  const { modelOf, settled, worked, needed, drawn, interval } = window.sobeEstimator;

  /* A case as the table takes it: today's proofreading, and the brain's own volume, numbers and plan. */
  function caseOf(payload, state, organism, modality) {
    const given = Object.fromEntries(Object.entries(state.given).filter(([name]) => !payload.buys.brain.includes(name)));
    return { ...state, organism, modality, proofreading: payload.buys.proofreading, model: "corrected", given };
  }
  const wanted = (model) => needed(model, ["first_cost"]);
  const costOf = (model, values) => worked(model, new Map(values), wanted(model)).get("first_cost");
  const casesOf = (payload) => payload.buys.organisms.flatMap((organism) => payload.buys.modalities.map((modality) => [organism, modality]));

  /* The cost of a brain by an imaging, which does not depend on the sum. */
  function price(payload, state, [organism, modality]) {
    const model = modelOf(payload, { model: "corrected" });
    const own = caseOf(payload, state, organism, modality);
    const values = settled(model, own);
    const draws = drawn(model, own, wanted(model)).get("first_cost");
    const [low, median, high] = interval(draws);
    return { organism, modality, low, median, high, draws, values, cost: costOf(model, values) };
  }

  function missing(payload, values, target) {
    const model = modelOf(payload, { model: "corrected" });
    const { levers, farthest, halvings } = payload.buys;
    const factor = ([, divided, multiplied]) => {
      const cost = (by) => {
        const better = new Map(values);
        for (const name of divided) better.set(name, values.get(name) / by);
        for (const name of multiplied) better.set(name, values.get(name) * by);
        return costOf(model, better);
      };
      if (cost(farthest) > target) return NaN;
      let [low, high] = [0, Math.log(farthest)];
      for (let n = 0; n < halvings; n += 1) {
        const middle = (low + high) / 2;
        if (cost(Math.exp(middle)) <= target) high = middle;
        else low = middle;
      }
      return Math.exp(high);
    };
    const single = levers.slice(0, -1).map((lever) => [lever[0], factor(lever)]).filter(([, by]) => !Number.isNaN(by));
    const together = levers[levers.length - 1];
    return single.length ? single.reduce((best, one) => (one[1] < best[1] ? one : best)) : [together[0], factor(together)];
  }

  /* What a sum buys of one priced brain. */
  function bought(payload, { organism, modality, low, median, high, draws, values, cost }, budget) {
    const share = draws.reduce((count, one) => count + (one <= budget), 0) / draws.length;
    const [lever, factor] = median > budget ? missing(payload, values, budget * cost / median) : ["", NaN];
    const verdict = payload.buys.verdicts.find(([least]) => share >= least)[1];
    return { organism, modality, low, median, high, share, verdict, lever, factor };
  }
  const buys = (payload, state, budget) => casesOf(payload).map((one) => bought(payload, price(payload, state, one), budget));
  Object.assign(window.sobeEstimator, { buys });

  window.sobeEstimator.parts.push((root, payload, page) => {
    const { texts } = payload;
    const { element } = page;
    const section = root.querySelector("[data-buys]");
    const part = (name) => section.querySelector(`[data-${name}]`);
    const field = section.querySelector("input");
    const CHUNK = 25; /* milliseconds */
    const { least, most, scale } = payload.buys.sum;
    const valid = (text) => text.trim() !== "" && Number(text) >= least && Number(text) <= most;
    let sum = payload.buys.sum.initial;
    const cases = casesOf(payload);
    let prices = new Map(), planned = "", waiting = 0, turn = 0, near = false;

    function missingText({ lever, factor }) {
      if (!lever) return texts.fits;
      return Number.isNaN(factor) ? texts.unreachable : page.fill(texts[`lever_${payload.buys.levers.findIndex(([name]) => name === lever)}`], { n: factor < 10 ? factor.toPrecision(2) : page.formats.number(Number(factor.toPrecision(2))) });
    }

    /* The rows of the table, some at a time, so that the page answers meanwhile; null where a later
       change has begun. */
    async function computed(state, budget, atOnce) {
      const mine = turn;
      const plan = JSON.stringify([state.project_years, Object.entries(state.given)]);
      if (plan !== planned) [prices, planned] = [new Map(), plan];
      const rows = [];
      let started = performance.now();
      for (const [n, one] of cases.entries()) {
        if (!prices.has(n)) prices.set(n, price(payload, state, one));
        rows.push(bought(payload, prices.get(n), budget));
        if (atOnce || performance.now() - started < CHUNK) continue;
        await new Promise((done) => setTimeout(done));
        if (mine !== turn) return null;
        started = performance.now();
      }
      return rows;
    }
    async function show(atOnce) {
      const state = page.state();
      const budget = sum * scale;
      const rows = await computed(state, budget, atOnce);
      if (!rows) return;
      const line = (row, more) => {
        const made = element("tr", "", { "data-brain": row.organism, "data-imaging": row.modality });
        const cost = element("td", "", { class: "number" });
        const [low, high] = page.ends(row.low, row.high, "cost");
        cost.append(element("span", page.formats.cost(row.median)), element("small", page.fill(texts.span, { low, high })));
        made.append(element("th", payload.options.organism[row.organism], { scope: "row" }), ...more, cost,
          element("td", page.fill(texts.fitting, { verdict: texts[row.verdict], share: `${Math.round(100 * row.share)}%` })),
          element("td", missingText(row)));
        return made;
      };
      const chosen = rows.filter(({ modality }) => modality === state.modality);
      part("rows").replaceChildren(...chosen.map((row) => line(row, [])));
      part("every").replaceChildren(...rows.map((row) => line(row, [element("td", payload.options.modality[row.modality])])));
      const reached = new Set(rows.filter(({ share }) => share >= 0.05).map(({ organism }) => organism));
      part("answer").textContent = answer(chosen, budget, payload.options.modality[state.modality]);
      ladder(budget);
      part("projects").replaceChildren(...payload.buys.projects.filter(({ organism }) => !organism || reached.has(organism)).map(({ organism, project, since, sum: money }) => {
        const line = element("tr", "");
        line.append(element("th", organism ? payload.options.organism[organism] : texts.any_brain, { scope: "row" }), element("td", project), element("td", since, { class: "number" }), element("td", money || texts.unstated, { class: "number" }));
        return line;
      }));
      section.dataset.state = "shown";
    }
    /* The answer in a sentence: the brains that fit, most sure first. */
    function answer(rows, budget, modality) {
      const fits = payload.buys.verdicts.slice(0, -1).flatMap(([, words]) => {
        const brains = rows.filter(({ verdict }) => verdict === words).map(({ organism }) => payload.options.organism[organism]);
        return brains.length ? [page.fill(texts.list, { verdict: texts[words], brains: brains.join(window.sobeLists.words) })] : [];
      });
      return page.fill(fits.length ? texts.pays : texts.pays_none, { sum: page.formats.usd(budget), modality, fits: fits.join(window.sobeLists.parts) });
    }
    function ladder(budget) {
      const tiers = payload.buys.tiers.filter(({ least: from }) => from <= budget);
      part("tiers").replaceChildren(...tiers.reverse().map(({ name, ideas }, n) => {
        const details = element("details", "");
        details.open = n === 0;
        const list = element("ul", "");
        list.append(...ideas.map(({ title, detail }) => element("li", detail ? page.fill(texts.idea, { title, detail }) : title)));
        details.append(element("summary", page.fill(texts.tier, { name, n: ideas.length })), list);
        return details;
      }));
      part("no-tier").hidden = tiers.length > 0;
    }
    /* After the form's own numbers are on the screen, and once the table is near it. */
    function later(soon) {
      section.dataset.state = "waiting";
      turn += 1;
      clearTimeout(waiting);
      if (near || soon) waiting = setTimeout(show, soon ? 0 : 150, false);
    }
    window.sobeReader.then(() => new IntersectionObserver((entries) => {
      near = entries.some(({ isIntersecting }) => isIntersecting);
      if (near && section.dataset.state !== "shown") later(true);
    }, { rootMargin: "300px 0px" }).observe(section));
    addEventListener("beforeprint", () => {
      turn += 1;
      if (section.dataset.state !== "shown") show(true);
    });

    field.addEventListener("input", () => {
      const good = valid(field.value);
      field.toggleAttribute("aria-invalid", false);
      part("refused-sum").textContent = good ? "" : page.fill(texts.refused, { text: field.value });
      if (!good) {
        field.setAttribute("aria-invalid", "true");
        return;
      }
      sum = Number(field.value);
      window.sobeState.set({ sum: field.value });
      later(true);
    });
    field.addEventListener("blur", () => {
      field.value = sum;
      field.removeAttribute("aria-invalid");
      part("refused-sum").textContent = "";
    });
    const take = (text) => {
      sum = Number(text);
      field.value = sum;
    };
    take(window.sobeState.declare("sum", {
      initial: String(sum), valid, change: (text) => { take(text); later(true); },
    }));
    return () => later(false);
  });
})();
