// The page of a payer: asks for a code and a day, and writes the answer, the card and the groups of codes for them (with asof.js).
const LABELED = 6;

function payer(place) {
  const { root, today } = place.dataset;
  const written = [...document.querySelectorAll(":is(.pb-groups, .pb-quiet) a[id]")];
  const links = new Map(written.map((link) => [link.id, link.outerHTML]));
  const labels = new Map(written.map((link) => [link.id, link.title]));
  const own = new Set(written.filter((link) => link.dataset.own).map((link) => link.id));
  const body = document.querySelector(".pb-groups tbody");
  const quiet = document.querySelector(".pb-quiet");
  const answer = document.createElement("div");
  answer.className = "pb-answer pb-box";
  answer.setAttribute("role", "status");
  answer.hidden = true;
  let history = null;

  function names(codes) {
    const found = codes.map((code) => links.get(code));
    if (codes.length > LABELED) return `<small>${codes.length} codes:</small> ${found.join(", ")}`;
    return codes.map((code, n) => `${found[n]} <small>${esc(labels.get(code))}</small>`).join("<br>");
  }
  function row(group, heads) {
    const shown = group.cells.map((cell, n) => `<td${cell === "–" ? ' class="pb-empty"' : ""} data-label="${esc(heads[n])}"><div>${cell}</div></td>`);
    return `<tr><th scope="row">${names(group.codes)}</th>${shown.join("")}</tr>`;
  }
  function codesOn(dos, known) {
    const heads = [...document.querySelectorAll(".pb-groups thead th")].slice(1).map((head) => head.textContent);
    const { groups, silent } = grouped(history, own, dos, known);
    fill(body, groups.map((group) => row(group, heads)).join(""));
    const many = `${silent.length} code${silent.length === 1 ? "" : "s"}`;
    fill(quiet, `<summary>No rule on file speaks of ${many}</summary><p>${silent.map((code) => links.get(code)).join(", ")}</p>`);
    quiet.hidden = !silent.length;
  }
  function codeOn(code, dos, known) {
    answer.hidden = !code;
    if (!code) return;
    if (!links.has(code)) {
      answer.innerHTML = `<p>The code ${esc(code)} is not on file. The <a href="${esc(root)}code/">list of codes</a> has all that are.</p>`;
      return;
    }
    const all = links.get(code).replace(/ id="[^"]*"/, "");
    const head = `<p class="pb-looked">${all} ${esc(labels.get(code))}, ${dos === today && !known ? "as of" : "on"} <time>${dos}</time></p>`;
    answer.innerHTML = head + box(fold(history, code, dos, known), history.rules, root);
  }

  const field = '<label>Code <input name="code" size="7" maxlength="5" autocomplete="off" placeholder="97110"></label> ';
  asking(place, field, async (dos, known, plain, form) => {
    const code = form.code.value.trim().toUpperCase();
    if (!plain || code) history ||= await (await fetch(place.dataset.payerHistory)).json();
    codeOn(code, dos, known);
    for (const spot of document.querySelectorAll("[data-point]")) {
      fill(spot, plain ? null : point(pointOn(history, spot.dataset.point, dos, known), root));
    }
    if (plain) {
      for (const spot of [body, quiet]) if (original.has(spot)) fill(spot, null);
      quiet.hidden = !quiet.querySelector("a");
    } else codesOn(dos, known);
  });
  place.append(answer);
}

for (const place of document.querySelectorAll("[data-payer-history]")) payer(place);
