// Says whether the answer to an exercise is right: <form class="self-check" data-answer="0.25" data-tolerance="0.01"> with
// a field for a number, or with a choice and no tolerance. The solution below stays as it is.
(() => {
  "use strict";

  const RIGHT = "Right.";
  const WRONG = "Not yet. Try again, or open the solution.";
  const NO_NUMBER = "Please enter a number or a fraction, such as 0.25 or 1/4.";

  function number(text) {
    const [above, below = "1", ...rest] = text.trim().replace(",", ".").replace("−", "-").split("/");
    return rest.length || !above.trim() || !below.trim() ? NaN : Number(above) / Number(below);
  }

  function said(form) {
    const { answer, tolerance } = form.dataset;
    const value = form.querySelector("input, select").value;
    if (tolerance === undefined) return value === answer ? RIGHT : WRONG;
    const given = number(value);
    if (!Number.isFinite(given)) return NO_NUMBER;
    const allowed = Math.max(Number(tolerance), 1e-9 * Math.abs(Number(answer)));
    return Math.abs(given - Number(answer)) <= allowed ? RIGHT : WRONG;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest(".self-check");
    if (!form) return;
    event.preventDefault();
    form.querySelector("output").textContent = said(form);
  });
})();
