/** What a laboratory adds to the playground's style. */

export const STYLE = `
.rkl { border: 1px solid var(--rkp-line); border-radius: 0.6rem; display: grid; gap: 0.7rem; padding: 0.75rem; }
.rkl-head { align-items: baseline; display: flex; gap: 0.5rem; justify-content: space-between; }
.rkl-head b { font-size: 15px; }
.rkl-controls { align-items: end; display: grid; gap: 0.5rem 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(8.5rem, 100%), 1fr)); }
.rkl .rkp-slider { grid-template-columns: 1fr auto; }
.rkl .rkp-slider label { grid-area: 1 / 1; }
.rkl .rkp-slider output { grid-area: 1 / 2; }
.rkl .rkp-slider input { grid-area: 2 / 1 / 3 / 3; width: 100%; }
.rkl-written { display: grid; gap: 0.1rem; grid-column: span 2; }
@container rkp (max-width: 560px) { .rkl-tableaus, .rkl-written { grid-column: 1 / -1; } }
.rkl :is(textarea, .rkl-written input) { background: var(--rkp-back); border: 1px solid var(--rkp-muted); border-radius: 0.35rem; color: inherit; font: 13px/1.4 var(--pst-font-family-monospace, monospace); padding: 0.25rem 0.5rem; width: 100%; }
.rkl textarea:focus-visible { outline: 3px solid var(--rkp-accent); outline-offset: 2px; }
.rkl-views { display: grid; gap: 0.75rem 1rem; grid-template-columns: repeat(auto-fit, minmax(min(9rem, 100%), 1fr)); }
@container rkp (max-width: 480px) { .rkl-views { grid-template-columns: minmax(0, 1fr); } }
.rkl-view { display: flex; flex-direction: column; min-width: 0; }
.rkl-view .rkp-title { min-height: 1.5rem; }
.rkl-view .rkp-canvas { aspect-ratio: 1; }
.rkl-one { justify-self: center; max-width: 30rem; width: 100%; }
.rkl-one .rkp-canvas { aspect-ratio: 5 / 4; }
.rkl-drags { cursor: ew-resize; }
.rkl .rkl-say { font-size: 14.5px; margin: 0; min-height: 2.8em; }
.rkl .rkl-wrong { border-left: 0.25rem solid #d55e00; margin: 0; padding-left: 0.6rem; overflow-wrap: anywhere; }
.rkl .rkl-say:empty { display: none; }
.rkl-row { align-items: center; display: flex; flex-wrap: wrap; gap: 0.4rem 0.8rem; }
.rkl-row > progress { flex: 1 1 4rem; max-width: 10rem; min-width: 0; }
.rkl-count { white-space: nowrap; }
.rkl-tableaus { align-content: start; display: grid; gap: 0.8rem; }
.rkl table.rkl-tableau { border-collapse: collapse; font-size: 13px; margin: 0; width: auto; }
.rkl-caption { color: var(--rkp-text); font-size: 13px; padding: 0 0 0.2rem; }
.rkl table.rkl-tableau :is(td, th) { background: none; border: 0; color: var(--rkp-text); font-weight: 400; padding: 0.1rem 0.35rem; text-align: center; white-space: nowrap; }
.rkl table.rkl-tableau th { border-right: 1px solid var(--rkp-text); }
.rkl table.rkl-tableau tr:last-child > * { border-top: 1px solid var(--rkp-text); }
.rkl-scroll { overflow-x: auto; }
.rknet-laboratory { margin: 1.25rem 0; }
@media print { .rkl { display: none; } }
`;
