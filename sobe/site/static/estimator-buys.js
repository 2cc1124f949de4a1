/* What a sum buys, by the same steps as sobe.analysis.estimator.buys, and what is in reach of it. */
(function () {
  "use strict";
  const { modelOf, settled, worked, needed, drawn, interval } = window.sobeEstimator;

  /* A case as the table takes it: today's proofreading, and the brain's own volume and numbers. */
  function caseOf(payload, state, organism, modality) {
    const given = Object.fromEntries(Object.entries(state.given).filter(([name]) => !payload.buys.brain.includes(name)));
    return { ...state, organism, modality, proofreading: payload.buys.proofreading, model: "corrected", given };
  }

  function costing(payload) {
    const model = modelOf(payload, { model: "corrected" });
    const [time, cost] = [["imaging_days", "microscopes"], ["first_cost"]].map((names) => needed(model, names));
    /* The values with as many microscopes as image the brain in a share of the horizon. */
    const sized = (values) => {
      const found = worked(model, new Map(values), time);
      const preparation = values.get("preparation_days");
      const alone = (found.get("imaging_days") - preparation) * found.get("microscopes");
      const days = values.get("project_years") * values.get("days_per_year") * payload.buys.imaging_share - preparation;
      const number = days > 0 ? Math.max(1, Math.ceil(alone / days)) : found.get("microscopes");
      return new Map(values).set("microscope_budget", number * values.get("microscope_price") * payload.buys.rounding);
    };
    const costOf = (values) => worked(model, new Map(values), cost).get("first_cost");
    return { model, cost, sized, costOf };
  }

  /* The cost of every brain by every imaging, which does not depend on the sum. */
  function priced(payload, state) {
    const { model, cost, sized, costOf } = costing(payload);
    return payload.buys.organisms.flatMap((organism) => payload.buys.modalities.map((modality) => {
      const own = caseOf(payload, state, organism, modality);
      const values = settled(model, own);
      const plan = sized(values);
      const draws = drawn(model, { ...own, microscope_budget: plan.get("microscope_budget") }, cost).get("first_cost");
      const [low, median, high] = interval(draws);
      return { organism, modality, low, median, high, draws, values, cost: costOf(plan) };
    }));
  }

  function missing(payload, values, target) {
    const { sized, costOf } = costing(payload);
    const { levers, farthest, halvings } = payload.buys;
    const factor = ([, divided, multiplied]) => {
      const cost = (by) => {
        const better = new Map(values);
        for (const name of divided) better.set(name, values.get(name) / by);
        for (const name of multiplied) better.set(name, values.get(name) * by);
        return costOf(sized(better));
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

  function buys(payload, prices, budget) {
    return prices.map(({ organism, modality, low, median, high, draws, values, cost }) => {
      const share = draws.reduce((count, one) => count + (one <= budget), 0) / draws.length;
      const [lever, factor] = median > budget ? missing(payload, values, budget * cost / median) : ["", NaN];
      const verdict = payload.buys.verdicts.find(([least]) => share >= least)[1];
      return { organism, modality, low, median, high, share, verdict, lever, factor };
    });
  }
  Object.assign(window.sobeEstimator, { priced, buys });

  window.sobeEstimator.parts.push((root, payload, page) => {
    const { texts } = payload;
    const { element } = page;
    const section = root.querySelector("[data-buys]");
    const part = (name) => section.querySelector(`[data-${name}]`);
    const field = section.querySelector("input");
    const { least, most, scale } = payload.buys.sum;
    const valid = (text) => text.trim() !== "" && Number(text) >= least && Number(text) <= most;
    let sum = payload.buys.sum.initial;
    let prices = null, planned = "", waiting = 0;

    function missingText({ lever, factor }) {
      if (!lever) return texts.fits;
      return Number.isNaN(factor) ? texts.unreachable : page.fill(texts[`lever_${payload.buys.levers.findIndex(([name]) => name === lever)}`], { n: factor < 10 ? factor.toPrecision(2) : page.formats.number(Number(factor.toPrecision(2))) });
    }

    function show() {
      const state = page.state();
      const plan = JSON.stringify([state.project_years, Object.entries(state.given)]);
      if (plan !== planned) [prices, planned] = [priced(payload, state), plan];
      const budget = sum * scale;
      const rows = buys(payload, prices, budget);
      const line = (row, more) => {
        const made = element("tr", "", { "data-brain": row.organism, "data-imaging": row.modality });
        const cost = element("td", "");
        const [low, median, high] = [row.low, row.median, row.high].map(page.formats.usd);
        cost.append(element("span", median), element("small", page.fill(texts.span, { low, high })));
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
        line.append(element("th", organism ? payload.options.organism[organism] : texts.any_brain, { scope: "row" }), element("td", project), element("td", since), element("td", money || texts.unstated));
        return line;
      }));
      section.dataset.state = "shown";
    }
    /* The answer in a sentence: the brains that fit, most sure first. */
    function answer(rows, budget, modality) {
      const fits = payload.buys.verdicts.slice(0, -1).flatMap(([, words]) => {
        const brains = rows.filter(({ verdict }) => verdict === words).map(({ organism }) => payload.options.organism[organism]);
        return brains.length ? [page.fill(texts.list, { verdict: texts[words], brains: brains.join(texts.comma) })] : [];
      });
      return page.fill(fits.length ? texts.pays : texts.pays_none, { sum: page.formats.usd(budget), modality, fits: fits.join(texts.semicolon) });
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
    /* After the form's own numbers are on the screen. */
    function later(soon) {
      section.dataset.state = "waiting";
      clearTimeout(waiting);
      waiting = setTimeout(show, soon ? 0 : 150);
    }

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
