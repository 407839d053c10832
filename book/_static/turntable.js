// Turns a figure with clouds of points in space. <div class="turntable" hidden> holds JSON: the figure's id, an
// accessible label, names and colours of the classes, the view (degrees), and panels with points and labels as base64 of
// bytes. The player takes the place of the figure's picture, and moves only when asked to. Without this script, and in
// print, the picture is shown as it is.
(() => {
  "use strict";

  const FARTHEST = 127; // what the largest coordinate is stored as
  const EYE = 7; // the eye's distance in half widths of the cube
  const RADIUS = 2.6;
  const FADED = "#d0d0d0";
  const DEGREES_PER_PIXEL = 0.5;

  // Corners of the markers of the classes 1, 2, ...; class 0 has a disc. They are those of the book's figures.
  const turned = (corners) => corners.map(([x, y]) => [-y, x]);
  const UP = [[0, -1.3], [1.15, 0.8], [-1.15, 0.8]];
  const SQUARE = [[-1, -1], [1, -1], [1, 1], [-1, 1]];
  const PLUS = [[-1.3, -0.5], [-0.5, -0.5], [-0.5, -1.3], [0.5, -1.3], [0.5, -0.5], [1.3, -0.5], [1.3, 0.5], [0.5, 0.5],
    [0.5, 1.3], [-0.5, 1.3], [-0.5, 0.5], [-1.3, 0.5]];
  const half = Math.SQRT1_2;
  const slanted = (corners) => corners.map(([x, y]) => [half * (x - y), half * (x + y)]);
  const STAR = Array.from({ length: 10 }, (_, k) => {
    const [angle, r] = [(Math.PI * k) / 5, k % 2 ? 0.6 : 1.5];
    return [r * Math.sin(angle), -r * Math.cos(angle)];
  });
  const MARKERS = [UP, SQUARE, slanted(SQUARE), turned(turned(UP)), PLUS, slanted(PLUS), STAR,
    turned(turned(turned(UP))), turned(UP)];

  function element(tag, className, attributes = {}, ...children) {
    const node = Object.assign(document.createElement(tag), { className });
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  const bytes = (text, Kind) => new Kind(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);

  function mark(pen, k, x, y, r) {
    pen.beginPath();
    if (k === 0) pen.arc(x, y, r, 0, 2 * Math.PI);
    else for (const [u, v] of MARKERS[(k - 1) % MARKERS.length]) pen.lineTo(x + r * u, y + r * v);
    pen.fill();
  }

  function camera(look, width, height) {
    const [azim, elev] = [look.azim, look.elev].map((angle) => (angle * Math.PI) / 180);
    const [ca, sa, ce, se] = [Math.cos(azim), Math.sin(azim), Math.cos(elev), Math.sin(elev)];
    return (x, y, z) => {
      const across = ca * y - sa * x, near = ca * x + sa * y;
      const up = ce * z - se * near, nearness = ce * near + se * z;
      const zoom = (0.3 * Math.min(width, height) * EYE) / (EYE - nearness);
      return [width / 2 + zoom * across, height / 2 - zoom * up, nearness];
    };
  }

  function paint(canvas, panel, look, colours, only) {
    const { clientWidth: width, clientHeight: height } = canvas, scale = window.devicePixelRatio || 1;
    [canvas.width, canvas.height] = [scale * width, scale * height];
    const pen = canvas.getContext("2d"), at = camera(look, width, height);
    pen.scale(scale, scale);
    pen.strokeStyle = "#b0b0b0";
    pen.beginPath();
    for (let corner = 0; corner < 8; corner++) {
      const place = [0, 1, 2].map((axis) => ((corner >> axis) & 1 ? 1 : -1));
      for (let axis = 0; axis < 3; axis++) {
        if (place[axis] > 0) continue;
        pen.moveTo(...at(...place).slice(0, 2));
        pen.lineTo(...at(...place.map((value, other) => (other === axis ? 1 : value))).slice(0, 2));
      }
    }
    pen.stroke();
    const seen = Array.from(panel.labels, (k, n) => {
      const spot = at(...panel.points.subarray(3 * n, 3 * n + 3));
      return { k, spot, shown: only === null || only === k };
    });
    seen.sort((a, b) => a.shown - b.shown || a.spot[2] - b.spot[2]);
    pen.globalAlpha = 0.8;
    for (const { k, spot: [x, y, near], shown } of seen) {
      pen.fillStyle = shown ? colours[k] : FADED;
      mark(pen, k, x, y, RADIUS * (1 + near / EYE));
    }
  }

  function slider(name, least, most, value) {
    const input = element("input", "", { type: "range", min: least, max: most, step: 2, value });
    return { input, label: element("label", "", {}, `${name} `, input) };
  }

  function legend(names, colours, choose) {
    const buttons = names.map((name, k) => {
      const icon = element("canvas", "", { width: 32, height: 32, "aria-hidden": "true" });
      const pen = icon.getContext("2d");
      pen.fillStyle = colours[k];
      mark(pen, k, 16, 16, 10);
      const button = element("button", "", { type: "button", "aria-pressed": "false" }, icon, name);
      button.addEventListener("click", () => {
        const pressed = button.getAttribute("aria-pressed") === "false";
        for (const other of buttons) other.setAttribute("aria-pressed", String(pressed && other === button));
        choose(pressed ? k : null);
      });
      return button;
    });
    return element("div", "turntable-legend", { role: "group", "aria-label": "Show one class" }, ...buttons);
  }

  function dragged(canvas, look, turn) {
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      turn(look.azim - DEGREES_PER_PIXEL * event.movementX, look.elev + DEGREES_PER_PIXEL * event.movementY);
    });
  }

  function makeTurntable(holder) {
    const data = JSON.parse(holder.textContent);
    const image = document.getElementById(data.figure)?.querySelector("img");
    if (!image) return;
    const look = { azim: data.azim, elev: data.elev };
    const panels = data.panels.map(({ title, points, labels }) => ({
      canvas: element("canvas", "", { role: "img", "aria-label": `${title}: ${data.label}` }),
      title,
      points: Float32Array.from(bytes(points, Int8Array), (value) => value / FARTHEST),
      labels: bytes(labels, Uint8Array),
    }));
    let only = null;
    const repaint = () => panels.forEach((panel) => paint(panel.canvas, panel, look, data.colours, only));
    const turning = slider("Turn", -180, 180, look.azim), tilting = slider("Tilt", -90, 90, look.elev);
    const turn = (azim, elev) => {
      look.azim = ((((azim + 180) % 360) + 360) % 360) - 180;
      look.elev = Math.max(-90, Math.min(90, elev));
      [turning.input.value, tilting.input.value] = [look.azim, look.elev];
      repaint();
    };
    turning.input.addEventListener("input", () => turn(Number(turning.input.value), look.elev));
    tilting.input.addEventListener("input", () => turn(look.azim, Number(tilting.input.value)));
    const back = element("button", "", { type: "button" }, "Reset view");
    back.addEventListener("click", () => turn(data.azim, data.elev));
    const stages = panels.map(({ title, canvas }) => {
      dragged(canvas, look, turn);
      return element("div", "turntable-panel", {}, element("span", "", {}, title), canvas);
    });
    const player = element(
      "div", "flipbook-player turntable-player", { role: "group", "aria-label": "Points in space" },
      element("div", "turntable-stage", {}, ...stages),
      legend(data.names, data.colours, (k) => ((only = k), repaint())),
      element("div", "flipbook-controls", {}, turning.label, tilting.label, back),
    );
    const sheet = image.closest("a.image-reference") ?? image;
    sheet.classList.add("flipbook-sheet");
    sheet.before(player);
    new ResizeObserver(repaint).observe(player);
  }

  function start() {
    document.querySelectorAll(".turntable").forEach(makeTurntable);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
