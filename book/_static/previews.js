// Shows what a link leads to while the pointer or the focus is on it: an equation, a figure, a reference, a symbol, a
// page. A click still follows the link; Escape closes. A finger does not hover, so its first tap on a link to a place in a
// page shows the preview, with a link to that place. What is shown was collected by the build (rknet_previews) and is
// loaded when it is first asked for. Without this script a link is a link.
(() => {
  "use strict";

  const LINKS = ".bd-article a.internal[href], .bd-article a.footnote-reference[href]";
  const DELAY = 250; // milliseconds before a card opens and, so that the pointer can reach it, before it closes
  const GAP = 6;
  const SMALLEST = 0.6; // of the usual size of a formula
  let card = null, timer = 0, current = null, loading = null, touched = false;

  const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href);

  function load() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      Object.assign(script, { src: new URL("_static/preview-data.js", root), onload: resolve, onerror: reject });
      document.head.append(script);
    });
    return loading;
  }

  function target(link) {
    const address = new URL(link.href);
    if (!address.pathname.startsWith(root.pathname)) return null;
    const page = address.pathname.slice(root.pathname.length).replace(/\.html$/, "") || "index";
    return window.rknetPreviews?.[page + decodeURIComponent(address.hash)] ?? null;
  }

  function make() {
    const node = document.createElement("div");
    Object.assign(node, { id: "rknet-preview", className: "preview mathjax_process", hidden: true });
    node.addEventListener("pointerenter", () => clearTimeout(timer));
    node.addEventListener("pointerleave", () => touched || later(close)());
    document.body.append(node);
    return node;
  }

  function place(link) {
    const [at, { offsetWidth: width, offsetHeight: height }] = [link.getBoundingClientRect(), card];
    const most = document.documentElement.clientWidth - width - GAP;
    const above = at.top - height - GAP;
    card.style.left = `${window.scrollX + Math.max(GAP, Math.min(at.left, most))}px`;
    card.style.top = `${window.scrollY + (above > GAP ? above : at.bottom + GAP)}px`;
  }

  async function open(link) {
    await load().catch(() => {});
    if (link !== current) return;
    const html = target(link);
    if (!html) {
      if (touched) location.href = link.href;
      return;
    }
    card ??= make();
    card.innerHTML = html;
    card.setAttribute("role", touched ? "dialog" : "tooltip");
    if (touched) addWay(link);
    for (const image of card.querySelectorAll("img")) image.src = new URL(image.dataset.path, root);
    card.hidden = false;
    link.setAttribute("aria-describedby", card.id);
    place(link);
    await window.MathJax?.typesetPromise?.([card]);
    fit();
    if (link === current) place(link);
  }

  /** Makes formulas that are wider than the card smaller, down to a size at which they can be read. */
  function fit() {
    for (const formula of card.querySelectorAll("mjx-container[display]")) {
      const part = formula.clientWidth / formula.scrollWidth;
      if (part < 1) formula.style.fontSize = `${100 * Math.max(part, SMALLEST)}%`;
    }
  }

  /** The link at the end of a card that a tap has opened; it takes the focus, so that it is heard where none sees it. */
  function addWay(link) {
    const way = document.createElement("a");
    const name = link.matches(".symbol") ? "its place in the notation" : link.textContent.trim();
    Object.assign(way, { className: "preview-way", href: link.href, textContent: `Go to ${name}` });
    way.addEventListener("click", close); // which may lead to a place in the same page
    card.setAttribute("aria-label", "Preview");
    card.append(way);
    card.hidden = false;
    way.focus({ preventScroll: true });
  }

  function close() {
    clearTimeout(timer);
    current?.removeAttribute("aria-describedby");
    current = null;
    if (card) card.hidden = true;
  }

  const later = (act) => () => {
    clearTimeout(timer);
    timer = setTimeout(act, DELAY);
  };

  function enter(link) {
    if (link === current) return clearTimeout(timer);
    close();
    current = link;
    later(() => open(link))();
  }

  const linked = (event) => event.target.closest?.(LINKS) ?? null;
  const within = (node) => node instanceof Node && Boolean(card?.contains(node));
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    if (touched && !within(event.target) && linked(event) !== current) close();
  });
  document.addEventListener("click", (event) => {
    const link = linked(event);
    if (!touched || !link?.hash || link === current || link.matches(".sd-stretched-link, .headerlink")) return;
    event.preventDefault();
    close();
    current = link;
    open(link);
  });
  document.addEventListener("pointerover", (event) => {
    const link = event.pointerType !== "touch" && linked(event);
    if (link) enter(link);
  });
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType !== "touch" && linked(event) && !linked(event).contains(event.relatedTarget)) later(close)();
  });
  document.addEventListener("focusin", (event) => {
    const link = linked(event);
    if (link?.matches(":focus-visible") && !touched) enter(link);
    else if (current && !within(event.target)) close();
  });
  document.addEventListener("focusout", (event) => linked(event) && !within(event.relatedTarget) && close());
  document.addEventListener("keydown", (event) => {
    touched = false;
    if (event.key === "Escape") close();
  });
})();
