// Shows what a link leads to while the pointer or the focus is on it: an equation, a figure, a reference, a symbol, a
// page. A click still follows the link; Escape closes. What is shown was collected by the build (rknet_previews) and is
// loaded when it is first asked for. Without this script a link is a link.
(() => {
  "use strict";

  const LINKS = ".bd-article a.internal[href], .bd-article a.footnote-reference[href]";
  const DELAY = 250; // milliseconds before a card opens and, so that the pointer can reach it, before it closes
  const GAP = 6;
  let card = null, timer = 0, current = null, loading = null;

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
    node.setAttribute("role", "tooltip");
    node.addEventListener("pointerenter", () => clearTimeout(timer));
    node.addEventListener("pointerleave", later(close));
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
    const html = link === current && target(link);
    if (!html) return;
    card ??= make();
    card.innerHTML = html;
    for (const image of card.querySelectorAll("img")) image.src = new URL(image.dataset.path, root);
    card.hidden = false;
    link.setAttribute("aria-describedby", card.id);
    place(link);
    await window.MathJax?.typesetPromise?.([card]);
    if (link === current) place(link);
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
  document.addEventListener("pointerover", (event) => {
    const link = event.pointerType !== "touch" && linked(event);
    if (link) enter(link);
  });
  document.addEventListener("pointerout", (event) => {
    if (linked(event) && !linked(event).contains(event.relatedTarget)) later(close)();
  });
  document.addEventListener("focusin", (event) => {
    const link = linked(event);
    if (link?.matches(":focus-visible")) enter(link);
    else if (current) close();
  });
  document.addEventListener("focusout", (event) => linked(event) && close());
  document.addEventListener("keydown", (event) => event.key === "Escape" && close());
})();
