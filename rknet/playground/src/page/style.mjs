/** The style sheet of a playground, in the colours of the page around it. */

export const STYLE = `
.rkp {
  --rkp-text: var(--pst-color-text-base, var(--jp-ui-font-color1, #222));
  --rkp-muted: var(--pst-color-text-muted, var(--jp-ui-font-color2, #555));
  --rkp-line: var(--pst-color-border, var(--jp-border-color2, #ccc));
  --rkp-surface: var(--pst-color-surface, var(--jp-layout-color2, #f3f4f5));
  --rkp-back: var(--pst-color-background, var(--jp-layout-color1, #fff));
  --rkp-accent: #0072b2;
  --rkp-on-accent: #fff;
  color: var(--rkp-text);
  container: rkp / inline-size;
  font-family: var(--pst-font-family-base, var(--jp-ui-font-family, system-ui, sans-serif));
  font-size: 14px;
  font-variant-numeric: lining-nums tabular-nums;
  line-height: 1.4;
  margin: 1.25rem 0;
  scroll-margin-top: 0.5rem; /* the page's own scroll-padding keeps its top bar clear */
  text-align: left;
}
html[data-theme="dark"] .rkp, [data-jp-theme-light="false"] .rkp { --rkp-accent: #56b4e9; --rkp-on-accent: #0b1620; }
.rkp:fullscreen { background: var(--rkp-back); margin: 0; overflow: auto; padding: 1rem 1.5rem; }
.rkp *, .rkp *::before { box-sizing: border-box; }
.rkp .rkp-body {
  border: 1px solid var(--rkp-line);
  border-radius: 0.6rem;
  display: grid;
  gap: 0.6rem 1rem;
  grid-template: "presets" "bar" "say" "decide" "under" "feat" "layer" "traj" "main" "net" "in" "train" "score" "plots" "inside" "tools" "foot" / minmax(0, 1fr);
  padding: 0.75rem;
}
.rkp-task { border-left: 0.25rem solid var(--rkp-accent); flex: 1 0 100%; padding: 0.15rem 0 0.15rem 0.75rem; }
.rkp-solved { color: var(--rkp-accent); }
.rkp-top, .rkp-right { display: contents; }
.rkp-bar { grid-area: bar; }
.rkp :is(.rkp-bar, .rkp-guide, .rkp-presets) { scroll-margin-top: 0.5rem; }
.rkp-tools { display: flex; flex-wrap: wrap; gap: 0.3rem; grid-area: tools; }
.rkp-say { align-items: start; display: flex; gap: 0.75rem; grid-area: say; justify-content: space-between; min-height: 3em; }
.rkp-steady { display: grid; }
.rkp-steady > * { grid-area: 1 / 1; }
.rkp-steady > [aria-hidden] { visibility: hidden; }
.rkp-undo { white-space: nowrap; }
.rkp-guide { align-items: center; background: var(--rkp-surface); border-left: 0.25rem solid var(--rkp-accent); border-radius: 0.3rem; display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; flex: 1 0 100%; justify-content: space-between; padding: 0.3rem 0.75rem; }
.rkp-guide-text { flex: 1 1 20rem; font-size: 15px; min-height: 2.8em; }
.rkp-row { display: flex; flex-wrap: wrap; gap: 0.35rem; }
.rkp-guide .rkp-row { align-items: center; flex: 0 0 18em; justify-content: flex-end; }
.rkp-guide-right { flex: 1 0 100%; font-size: 13px; font-weight: 600; line-height: 1.2; min-height: 1.2em; text-align: right; text-wrap: balance; }
.rkp .rkp-next { background: var(--rkp-accent); border-color: var(--rkp-accent); color: var(--rkp-on-accent); }
.rkp-guided .rkp-presets > button { display: none; }
[data-lit="traj"] .rkp-traj .rkp-canvas, [data-lit="feat"] .rkp-feat .rkp-canvas, [data-lit="decide"] .rkp-decide .rkp-canvas { outline: 3px solid var(--rkp-accent); }
.rkp-train { grid-area: train; }
.rkp-presets { align-items: center; display: flex; flex-wrap: wrap; gap: 0.4rem; grid-area: presets; }
.rkp-in { grid-area: in; }
.rkp-main { display: grid; gap: 0.5rem 1.5rem; grid-area: main; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); }
.rkp-main .rkp-slider { align-content: start; grid-template-columns: 5.7rem minmax(3rem, 1fr) 2.8rem; }
.rkp-net { grid-area: net; }
.rkp-score { grid-area: score; }
.rkp-traj { grid-area: traj; }
.rkp-layer { grid-area: layer; }
.rkp-under { display: grid; gap: 0.2rem; grid-area: under; align-content: start; }
.rkp-probe { font-size: 13px; min-height: 1.4em; }
.rkp-share { white-space: nowrap; }
.rkp-teaching .rkp-row { display: grid; gap: 0.2rem 0.9rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.rkp-teaching .rkp-part { display: inline-block; }
.rkp-teaching .rkp-part input { width: auto; }
.rkp-widths { align-items: center; }
.rkp-shown { align-items: end; display: flex; flex-wrap: wrap; gap: 0.2rem 0.75rem; }
[data-hide~="experiments"] .rkp-presets > :not(.rkp-task), [data-hide~="data"] .rkp-in, [data-hide~="net"] :is(.rkp-net, .rkp-main > :not(:first-child)), [data-hide~="data"] .rkp-main > :first-child, [data-hide~="data"][data-hide~="net"] .rkp-main, [data-hide~="trajectories"] .rkp-traj,
[data-hide~="features"] .rkp-feat, [data-hide~="layers"] .rkp-layer, [data-hide~="prediction"] :is(.rkp-decide, .rkp-under), [data-hide~="score"] .rkp-score,
[data-hide~="plots"] .rkp-plots, [data-hide~="inside"] .rkp-inside, [data-hide~="formula"] .rkp-foot, [data-hide~="tools"] .rkp-tools { display: none; }
.rkp-feat { grid-area: feat; }
.rkp-decide { grid-area: decide; }
.rkp-plots { align-content: space-between; display: grid; gap: 0.5rem; grid-area: plots; }
.rkp-foot { grid-area: foot; }
.rkp-inside { grid-area: inside; min-width: 0; }
.rkp-inner { align-items: start; display: grid; gap: 0.6rem 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); padding-top: 0.4rem; }
.rkp .rkp-inner .rkp-key { min-height: 0; padding-top: 0.2rem; }
.rkp-inner .rkp-canvas { background: none; height: 15rem; }

.rkp button, .rkp select, .rkp input { color: inherit; font: inherit; margin: 0; }
.rkp button, .rkp select, .rkp input[type="number"], .rkp input[type="text"] {
  background: var(--rkp-back);
  border: 1px solid var(--rkp-muted);
  border-radius: 0.35rem;
  min-height: 2rem;
  padding: 0.15rem 0.55rem;
}
.rkp button { cursor: pointer; flex-shrink: 0; max-width: 100%; }
.rkp button:disabled { cursor: default; opacity: 0.5; }
@media (hover: hover) { /* where a finger taps, a hover style would stay */
  .rkp button:hover:not(:disabled, [aria-pressed="true"]) { background: var(--rkp-surface); }
  .rkp :is(.rkp-next, .rkp-play, [aria-pressed="true"]):hover:not(:disabled, #\\#) { background: color-mix(in srgb, var(--rkp-accent) 85%, var(--rkp-text)); }
}
.rkp button[aria-pressed="true"] { background: var(--rkp-accent); border-color: var(--rkp-accent); color: var(--rkp-on-accent); }
.rkp input[type="range"] { accent-color: var(--rkp-accent); min-width: 0; padding: 0; }
.rkp :is(button, select, input, textarea, summary, canvas):focus-visible, .rkp input:focus-visible + canvas, .rkp:focus-visible {
  outline: 3px solid var(--rkp-accent);
  outline-offset: 2px;
}
.rkp :is(label, legend) { color: var(--rkp-text); font-size: 13px; font-weight: 400; margin: 0; }
.rkp fieldset { border: 0; margin: 0; min-width: 0; padding: 0; }
.rkp legend { float: none; margin-bottom: 0.25rem; padding: 0; width: auto; }
.rkp-square { min-width: 0; }
.rkp .rkp-title { font-size: 13px; min-height: 1.5rem; }
.rkp-canvas { background: color-mix(in srgb, var(--rkp-surface) 45%, transparent); border-radius: 0.4rem; display: block; touch-action: pan-y; width: 100%; }
.rkp-square .rkp-canvas { aspect-ratio: 1; }
.rkp-turns { cursor: grab; } /* a finger turns it sideways, and scrolls the page up and down */
@media (hover: none) { .rkp-keyboard { display: none; } }
.rkp-draws { cursor: crosshair; touch-action: none; }
.rkp-plots .rkp-canvas, .rkp-score .rkp-canvas { background: none; height: 128px; }

.rkp-bar { align-items: center; display: flex; flex-wrap: wrap; gap: 0.3rem; }
.rkp .rkp-play { background: var(--rkp-accent); border-color: var(--rkp-accent); color: var(--rkp-on-accent); font-weight: 600; }
.rkp-icon svg { display: inline-block; vertical-align: -1px; }
.rkp [hidden] { display: none !important; }
.rkp-count { contain: layout style; color: var(--rkp-muted); flex: 1 1 auto; white-space: nowrap; }
.rkp-count b { color: var(--rkp-text); display: inline-block; font-weight: 600; min-width: 2ch; text-align: right; }
.rkp-count .rkp-steps { min-width: 5ch; }
.rkp-tools .rkp-select { align-items: center; display: flex; gap: 0.35rem; }
.rkp-tools label { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px; }
.rkp-tools select { width: 7.4rem; }
.rkp .rkp-tools :is(button, select) { padding-inline: 0.4rem; }
.rkp .rkp-presets button { border-radius: 1rem; min-height: 1.9rem; padding-inline: 0.8rem; }

.rkp-in, .rkp-net { align-content: start; display: grid; gap: 0.5rem 0.9rem; }
.rkp-thumbs { display: grid; gap: 0.35rem; grid-template-columns: repeat(auto-fill, minmax(3.4rem, 1fr)); }
.rkp-thumbs label { cursor: pointer; display: block; font-size: 11px; line-height: 1.2; position: relative; text-align: center; }
.rkp-thumbs input { height: 100%; left: 0; opacity: 0; position: absolute; top: 0; width: 100%; cursor: pointer; }
.rkp-thumbs .rkp-canvas { aspect-ratio: 1; border: 2px solid transparent; margin-bottom: 0.1rem; }
.rkp-thumbs input:checked + .rkp-canvas { border-color: var(--rkp-accent); }
.rkp-more .rkp-slider + .rkp-slider { margin-top: 0.5rem; }
.rkp-score .rkp-more { grid-column: 1 / -1; }
.rkp .rkp-confusion { border-collapse: separate; border-spacing: 2px; font-size: 12.5px; margin: 0; max-width: 20rem; width: 100%; }
.rkp-confusion caption { caption-side: bottom; color: var(--rkp-muted); font-size: 12px; padding: 0.2rem 0; text-align: left; }
.rkp .rkp-confusion :is(th, td) { border: 0; border-radius: 0.2rem; color: inherit; font-weight: 400; min-width: 2.2rem; padding: 0.1rem 0.3rem; text-align: right; white-space: nowrap; }
.rkp .rkp-confusion th { max-width: 6rem; overflow: hidden; text-overflow: ellipsis; }
.rkp-more[open] > summary { margin-bottom: 0.4rem; }
.rkp-slider { align-items: center; display: grid; gap: 0 0.5rem; grid-template-columns: 5.2rem minmax(3rem, 1fr) 3.1rem; }
.rkp-in .rkp-slider { grid-template-columns: 1fr auto; }
.rkp-in .rkp-slider label { grid-area: 1 / 1; }
.rkp-in .rkp-slider output { grid-area: 1 / 2; }
.rkp-in .rkp-slider input { grid-area: 2 / 1 / 3 / 3; }
.rkp-slider .rkp-hint { grid-column: 1 / -1; line-height: 1.2; }
.rkp-select .rkp-hint { line-height: 1.2; }
.rkp-axes { grid-column: 1 / -1; }
.rkp-slider output { text-align: right; white-space: nowrap; }
.rkp-slider label i { font-family: var(--pst-font-family-base, serif); }
.rkp-select { display: grid; gap: 0.1rem; min-width: 0; }
.rkp-select select { max-width: 100%; min-width: 0; }
.rkp-pair { display: grid; gap: 0.5rem 0.9rem; grid-template-columns: 1fr 1fr; }
.rkp-seed { align-items: end; display: flex; gap: 0.4rem; }
.rkp-seed > div { flex: 1; min-width: 0; }
.rkp-seed input { width: 100%; }
.rkp-own, .rkp-tableau { background: var(--rkp-surface); border-radius: 0.4rem; display: grid; gap: 0.35rem; padding: 0.5rem; }
.rkp-own[hidden], .rkp-tableau[hidden] { display: none; }
.rkp-own button { min-width: 2rem; }
.rkp-tableau input { width: 100%; }
.rkp-table { display: grid; gap: 0.3rem; }
.rkp-table :is(textarea, input) { font: 12px/1.3 monospace; max-width: 100%; width: 100%; }
.rkp textarea { background: var(--rkp-back); border: 1px solid var(--rkp-muted); border-radius: 0.35rem; color: inherit; }
.rkp-racer .rkp-title { font-size: 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.rkp-hint { color: var(--rkp-muted); font-size: 12px; }
.rkp-wrong { color: var(--rkp-text); font-weight: 600; }

.rkp-score { display: grid; gap: 0 0.9rem; grid-template-columns: auto minmax(0, 1fr); align-content: start; }
.rkp-number { font-size: 2.1rem; font-weight: 600; line-height: 1.1; min-width: 6.2ch; white-space: nowrap; }
.rkp-number small { font-size: 1.1rem; font-weight: 400; }
.rkp .rkp-facts { color: var(--rkp-muted); display: grid; font-size: 12.5px; gap: 0 0.5rem; grid-template-columns: auto auto; justify-content: space-between; margin: 0.15rem 0 0; }
.rkp-facts > * { white-space: nowrap; }
.rkp-facts b { color: var(--rkp-text); font-weight: 400; text-align: right; }
.rkp-layer { align-items: center; align-content: start; display: grid; gap: 0.2rem 0.75rem; grid-template-columns: minmax(0, 1fr); }
.rkp-layer .rkp-slider { grid-template-columns: auto minmax(3rem, 1fr) 4.2rem; }

.rkp-foot { border-top: 1px solid var(--rkp-line); display: grid; gap: 0.5rem; padding-top: 0.6rem; }
.rkp .rkp-sentence { font-size: 15px; scroll-margin-top: 0.5rem; }
.rkp-formula { align-items: baseline; color: var(--rkp-text); display: flex; flex-wrap: wrap; font-size: 15px; gap: 0.35rem 1.8rem; min-height: 1.6rem; overflow-x: auto; }
.rkp-small { color: var(--rkp-muted); font-size: 12px; }
.rkp-spoken { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; white-space: nowrap; width: 1px; }
.rkp .rkp-key { align-content: start; color: var(--rkp-muted); display: flex; flex-wrap: wrap; font-size: 12.5px; gap: 0.1rem 0.8rem; min-height: 2.6em; }
.rkp-key > span { white-space: nowrap; }
.rkp-key svg { display: inline-block; margin-right: 0.25rem; vertical-align: -1px; }

@container rkp (max-width: 559px) {
  .rkp-say { display: block; min-height: 6em; }
  .rkp-guide .rkp-row { flex: 1 1 100%; }
  .rkp-guide-right { flex: 1 1 6rem; font-size: 14px; min-height: 2.4em; text-align: left; }

  [data-lit="feat"] .rkp-body {
    grid-template: "presets" "bar" "feat" "layer" "say" "decide" "under" "traj" "main" "net" "in" "train" "score" "plots" "inside" "tools" "foot" / minmax(0, 1fr);
  }
}
@container rkp (max-width: 400px) {
  .rkp-count span { display: none; }
  .rkp .rkp-presets button { font-size: 13px; padding-inline: 0.55rem; }
}
@container rkp (min-width: 560px) {
  .rkp .rkp-body {
    grid-template: "top top" "presets presets" "say say" "main main" "feat decide" "layer under" "traj plots" "net score" "in in" "inside inside" "foot foot" / minmax(0, 1fr) minmax(0, 1fr);
  }
  .rkp-top { display: flex; flex-wrap: wrap; gap: 0.4rem; grid-area: top; justify-content: space-between; }
  .rkp-train { display: none; }
  .rkp-main .rkp-slider { grid-template-columns: max-content minmax(3rem, 1fr) 2.8rem; }
  .rkp-in { grid-template-columns: repeat(4, minmax(0, 1fr)); align-items: end; }
  .rkp-in > fieldset { grid-column: 1 / -1; }
  .rkp-in > .rkp-thumbs { grid-template-columns: repeat(7, 1fr); }
  .rkp-number { font-size: 2rem; }
}
@container rkp (min-width: 800px) {
  .rkp .rkp-body:not(.rkp-compact) {
    grid-template: "top top top top" "presets presets presets presets" "say say say say" "main main main main" "in traj feat decide" "in layer layer right" "in net score right" 1fr "inside inside inside inside" "foot foot foot foot" / minmax(9.5rem, 1fr) minmax(0, max(14rem, 100vh - 35rem)) minmax(0, max(14rem, 100vh - 35rem)) minmax(0, max(14rem, 100vh - 35rem));
    gap: 0.5rem 1rem;
  }
  .rkp-body:not(.rkp-compact) .rkp-in { align-items: start; align-content: start; grid-template-columns: minmax(0, 1fr); }
  .rkp-body:not(.rkp-compact) .rkp-thumbs { grid-template-columns: repeat(auto-fill, minmax(4.2rem, 1fr)); }
  .rkp-body:not(.rkp-compact) .rkp-score { grid-template-columns: minmax(0, 1fr); }
  .rkp-body:not(.rkp-compact) .rkp-right { align-content: start; display: grid; gap: 0.75rem; grid-area: right; }
  .rkp-body:not(.rkp-compact) .rkp-right > * { grid-area: auto; }
  .rkp-body:not(.rkp-compact) .rkp-layer { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
  .rkp-body:not(.rkp-compact) .rkp-layer > :is(:first-child, .rkp-axes) { grid-column: 2; } /* below the picture that changes */
  .rkp-body:not(.rkp-compact) .rkp-layer > .rkp-row { grid-area: 1 / 1; }
  .rkp-body:not(.rkp-compact) .rkp-layer > :first-child { align-self: start; }
}
@container rkp (min-width: 1100px) {
  .rkp-guide .rkp-row { flex: none; }
  .rkp-guide-right { flex: 0 0 20em; min-height: 0; }
}
.rkp-race > .rkp-steady { margin: 0.5rem 0; }
.rkp-race > .rkp-canvas { background: none; height: 150px; }
.rkp-band { border-top: 1px solid var(--rkp-line); margin-top: 1rem; padding-top: 0.75rem; }
.rkp-band > .rkp-steady { margin: 0.5rem 0; }
.rkp-band > .rkp-canvas { background: none; height: 170px; }
.rkp-race-bar { align-items: end; display: flex; flex-wrap: wrap; gap: 0.5rem 0.35rem; }
.rkp-lanes { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
.rkp-lane { font-size: 14px; font-weight: 600; margin: 0.75rem 0 0; min-height: 2.8em; }
.rkp-lanes .rkp { margin: 0.25rem 0; }
.rkp .rkp-body.rkp-racer {
  grid-template: "say say" "feat decide" "layer layer" "under under" "main main" "net net" "in in" / minmax(0, 1fr) minmax(0, 1fr);
}
.rkp-racer > :is(.rkp-top, .rkp-presets, .rkp-traj, .rkp-score, .rkp-foot, .rkp-train, .rkp-inside), .rkp-racer :is(.rkp-plots, .rkp-key, .rkp-shown, .rkp-axes, .rkp-seed) { display: none; }
.rkp .rkp-racer .rkp-layer { grid-template-columns: minmax(0, 1fr); }
.rkp details.rkp-in { display: block; }
.rkp details.rkp-in > div { align-items: end; display: grid; gap: 0.6rem 1rem; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); padding-top: 0.5rem; }
.rkp details.rkp-in fieldset { grid-column: 1 / -1; }
.rkp summary { cursor: pointer; width: fit-content; }
@media (pointer: coarse) { /* what a finger meets */
  .rkp :is(button, select, input[type="number"], input[type="text"], input[type="file"], input[type="range"]), .rkp .rkp-presets button { min-height: 2.75rem; min-width: 2.75rem; }
  .rkp input[type="checkbox"] { height: 1.5rem; vertical-align: middle; width: 1.5rem; }
  .rkp :is(summary, .rkp-shown > span, .rkp-part) { min-height: 2.75rem; padding-block: calc((2.75rem - 1.4em) / 2); }
  .rkp .rkp-presets button { border-radius: 1.4rem; }
}
.rkp button.rkp-play { min-width: 6.2em; } /* as wide as Pause, so that nothing moves */
@media print { .rkp { display: none; } }
`;
