// Plays a contact sheet. <img class="flipbook frames-3x4"> holds 3 rows of 4 equal frames, read row by row, all used.
// The player shows one frame at a time, starts paused on the last one, and moves only when asked to. Without this
// script, and in print, the sheet is shown as it is.
(() => {
  "use strict";

  const MILLISECONDS_PER_FRAME = 500;
  let players = 0;

  function element(tag, className, attributes = {}, ...children) {
    const node = Object.assign(document.createElement(tag), { className });
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  function makePlayer(image) {
    const size = /\bframes-(\d+)x(\d+)\b/.exec(image.className);
    if (!size || !image.naturalWidth) return;
    const [rows, columns] = [Number(size[1]), Number(size[2])];
    const frames = rows * columns;
    const width = image.naturalWidth / columns;
    const height = image.naturalHeight / rows;
    const sheet = image.closest("a.image-reference") ?? image;
    const id = `flipbook-${++players}`;

    const stage = element("div", "flipbook-stage", { id, role: "img", "aria-label": image.alt });
    Object.assign(stage.style, {
      aspectRatio: `${width} / ${height}`,
      backgroundSize: `${columns * 100}% ${rows * 100}%`,
    });
    for (const [name, picture] of [["--rk-light", image], ["--rk-dark", image.nextElementSibling]])
      if (picture) stage.style.setProperty(name, `url(${JSON.stringify(picture.src)})`);
    const play = element("button", "flipbook-play", { type: "button", "aria-controls": id }, "Play");
    const slider = element("input", "", { type: "range", min: 1, max: frames, step: 1, "aria-controls": id });
    const count = element("span", "flipbook-count", { "aria-hidden": "true" });
    const all = element("button", "", { type: "button", "aria-pressed": "false" }, "Show all frames");
    const player = element(
      "div", "flipbook-player", { role: "group", "aria-label": "Animation" }, stage,
      element("div", "flipbook-controls", {}, play, element("label", "", {}, "Frame ", slider, count), all),
    );
    player.style.width = `${width}px`;

    let timer = null;

    function show(frame) {
      const [row, column] = [Math.floor((frame - 1) / columns), (frame - 1) % columns];
      const percent = (index, last) => `${last ? (100 * index) / last : 0}%`;
      stage.style.backgroundPosition = `${percent(column, columns - 1)} ${percent(row, rows - 1)}`;
      slider.value = frame;
      slider.setAttribute("aria-valuetext", `Frame ${frame} of ${frames}`);
      count.textContent = `${frame} / ${frames}`;
    }

    function pause() {
      clearInterval(timer);
      timer = null;
      play.textContent = "Play";
    }

    function advance() {
      show(Number(slider.value) + 1);
      if (Number(slider.value) === frames) pause();
    }

    play.addEventListener("click", () => {
      if (timer !== null) return pause();
      if (Number(slider.value) === frames) show(1);
      play.textContent = "Pause";
      timer = setInterval(advance, MILLISECONDS_PER_FRAME);
    });
    slider.addEventListener("input", () => {
      pause();
      show(Number(slider.value));
    });
    all.addEventListener("click", () => {
      pause();
      const shown = sheet.classList.toggle("flipbook-shown");
      all.setAttribute("aria-pressed", String(shown));
      stage.hidden = play.disabled = slider.disabled = shown;
      player.style.width = shown ? "" : `${width}px`;
    });

    show(frames);
    sheet.classList.add("flipbook-sheet");
    sheet.before(player);
  }

  function start() {
    for (const image of document.querySelectorAll("img.flipbook:not(.only-dark)")) {
      image.loading = "eager"; // a hidden picture would never load
      if (image.complete) makePlayer(image);
      else image.addEventListener("load", () => makePlayer(image), { once: true });
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
