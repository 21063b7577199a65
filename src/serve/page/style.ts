import { baseStyle } from '../../html/style.js';

/** The style sheet of the page. */
export const STYLE = `${baseStyle(
  '--question: #e3eefa; --code: #f1f3f5; --edge: #87919b; --on-accent: #ffffff;',
  '--question: #1b3147; --code: #12171c; --edge: #6d7883; --on-accent: #0c1116;',
)}
[hidden] { display: none !important; }
html, body { height: 100%; }
body { display: grid; grid-template-columns: 17rem minmax(0, 1fr); grid-template-rows: 100vh; grid-template-rows: 100dvh; padding: 0; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 0.5rem; top: -4rem; z-index: 4; padding: 0.5rem 0.75rem; border-radius: 6px; background: var(--card); color: var(--accent); }
.skip:focus { top: 0.5rem; }
button, select, textarea, input { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--edge); border-radius: 8px; }
button { padding: 0.5rem 0.875rem; cursor: pointer; }
button:hover { border-color: var(--accent); }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
button.danger { background: var(--bad); border-color: var(--bad); color: var(--on-accent); font-weight: 600; }
textarea { display: block; width: 100%; padding: 0.625rem 0.75rem; resize: none; field-sizing: content; overflow-wrap: anywhere; }
::placeholder { color: var(--quiet); opacity: 1; }
a { color: var(--accent); }

#sidebar { display: flex; flex-direction: column; min-height: 0; padding: 1rem 0.75rem; background: var(--card); border-right: 1px solid var(--line); }
#sidebar h1 { padding: 0 0.5rem; font-size: 1.25rem; }
#new { margin: 0.875rem 0; text-align: left; }
#conversations { flex: 1; min-height: 0; margin: 0 -0.25rem; padding: 0.25rem; overflow-y: auto; list-style: none; }
#conversations li { border-radius: 8px; margin-bottom: 2px; }
#conversations button { border: 0; background: none; }
#conversations .title { display: block; width: 100%; padding: 0.5rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: left; font-size: 0.9375rem; }
#conversations button:hover { background: var(--page); border-radius: 8px; }
#conversations .current { background: var(--question); }
#conversations .current .title { font-weight: 600; }
#conversations .current button:hover { background: none; text-decoration: underline; }
.item-buttons { display: flex; padding: 0 0 0.25rem; }
.item-buttons button { padding: 0.25rem 0.5rem; font-size: 0.8125rem; color: var(--accent); }

#page { display: flex; flex-direction: column; min-width: 0; min-height: 0; }
header { padding: 0.75rem 1.25rem 0.5rem; border-bottom: 1px solid var(--line); }
.bar { display: flex; align-items: center; gap: 0.625rem; }
.bar label { color: var(--quiet); font-size: 0.875rem; }
#chats { display: none; }
#model { min-width: 0; max-width: 26rem; padding: 0.375rem 0.5rem; text-overflow: ellipsis; }
.system { margin-top: 0.375rem; font-size: 0.875rem; }
.system textarea { margin: 0.375rem 0 0.25rem; max-height: 30vh; overflow-y: auto; }
summary { width: fit-content; padding: 0.125rem 0; color: var(--quiet); cursor: pointer; }

main { display: flex; flex: 1; flex-direction: column; min-height: 0; }
#notice { flex: none; }
#notice:not(:empty) { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: 0.5rem 1.25rem; border-bottom: 1px solid var(--line); background: var(--card); color: var(--bad); font-size: 0.9375rem; }
#notice p { margin: 0; overflow-wrap: anywhere; }
#notice button { flex: none; padding: 0.25rem 0.625rem; }
#messages { flex: 1; min-height: 0; padding: 1.25rem max(1.25rem, calc((100% - 48rem) / 2)); overflow: hidden auto; }
#messages:focus-visible { outline-offset: -2px; }
#messages.empty { display: grid; place-content: center; }
#messages.empty::after { content: "What would you like to ask?"; color: var(--quiet); font-size: 1.25rem; }
article { overflow-wrap: anywhere; }
.question { width: fit-content; max-width: 85%; margin: 0 0 1.25rem auto; padding: 0.625rem 0.875rem; border-radius: 14px 14px 4px; background: var(--question); white-space: pre-wrap; }
.answer { margin-bottom: 1.75rem; }
.who { margin: 0 0 0.25rem; color: var(--quiet); font-size: 0.8125rem; font-weight: 600; }
.waiting { color: var(--quiet); }
.plain { white-space: pre-wrap; }
.answer > details { margin: 0.25rem 0 0.75rem; font-size: 0.9375rem; }
.answer > details > .plain { margin: 0.375rem 0; padding-left: 0.75rem; border-left: 3px solid var(--line); color: var(--quiet); }
.problem { color: var(--bad); }
.problem.quiet { color: var(--quiet); font-size: 0.875rem; }
.foot { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.75rem; min-height: 1.75rem; margin-top: 0.375rem; color: var(--quiet); font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
.foot button, .code-head button { padding: 0.125rem 0.5rem; border-color: var(--line); border-radius: 6px; background: none; color: var(--quiet); font-size: 0.8125rem; }
.foot button:hover, .code-head button:hover { border-color: var(--accent); color: var(--text); }
.figures:empty { display: none; }

.markdown > :first-child { margin-top: 0; }
.markdown p, .markdown ul, .markdown ol { margin: 0.625rem 0; }
.markdown li > ul, .markdown li > ol { margin: 0.125rem 0; }
.markdown ul, .markdown ol { padding-left: 1.5rem; }
.markdown li p { margin: 0.25rem 0; }
.markdown :is(h3, h4, h5, h6) { margin: 1.25rem 0 0.375rem; font-size: 1rem; line-height: 1.3; }
.markdown h3 { font-size: 1.25rem; }
.markdown h4 { font-size: 1.125rem; }
.markdown blockquote { margin: 0.75rem 0; padding-left: 0.875rem; border-left: 3px solid var(--edge); color: var(--quiet); }
.markdown hr { margin: 1.25rem 0; border: 0; border-top: 1px solid var(--line); }
.markdown table { width: auto; }
.markdown th, .markdown td { padding: 0.375rem 0.75rem; border: 1px solid var(--line); text-align: left; overflow-wrap: normal; }
.markdown .center { text-align: center; }
.markdown .right { text-align: right; }
.markdown input { margin: 0 0.375rem 0 0; }
code { font: 0.875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
:not(pre) > code { padding: 0.1em 0.3em; border-radius: 4px; background: var(--code); box-shadow: inset 0 0 0 1px var(--line); }
.code { margin: 0.75rem 0; border: 1px solid var(--line); border-radius: 8px; background: var(--code); overflow: hidden; }
.code-head { display: flex; align-items: center; justify-content: space-between; padding: 0.25rem 0.375rem 0.25rem 0.75rem; border-bottom: 1px solid var(--line); color: var(--quiet); font-size: 0.8125rem; }
pre { margin: 0; padding: 0.75rem; overflow-x: auto; }
pre:focus-visible, .scroll:focus-visible { outline-offset: -2px; }

.composer { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.25rem 0.625rem; align-items: end; padding: 0.75rem max(1.25rem, calc((100% - 48rem) / 2)); border-top: 1px solid var(--line); background: var(--page); }
#question { min-height: 3.5rem; max-height: 40vh; overflow-y: auto; border-radius: 12px; }
#send, #stop { min-width: 5rem; min-height: 3.5rem; border-radius: 12px; }
#stop { border-color: var(--bad); color: var(--bad); font-weight: 600; }
#keys { grid-column: 1 / -1; margin: 0; color: var(--quiet); font-size: 0.75rem; }

dialog { width: min(28rem, calc(100vw - 2rem)); padding: 1.25rem; border: 1px solid var(--line); border-radius: 12px; background: var(--card); color: var(--text); }
dialog::backdrop { background: rgb(0 0 0 / 0.45); }
dialog h2 { margin: 0 0 0.5rem; font-size: 1.125rem; }
dialog p { margin: 0 0 0.5rem; overflow-wrap: anywhere; }
dialog label { display: block; margin-top: 0.5rem; color: var(--quiet); font-size: 0.875rem; }
dialog input { width: 100%; margin-top: 0.25rem; padding: 0.5rem 0.625rem; }
.buttons { display: flex; justify-content: flex-end; gap: 0.5rem; margin-top: 1.125rem; }

@media (max-width: 48rem) {
  body { grid-template-columns: minmax(0, 1fr); }
  #sidebar { position: fixed; inset: 0 auto 0 0; z-index: 3; display: none; width: min(18rem, 85vw); }
  #sidebar.open { display: flex; }
  #shade { position: fixed; inset: 0; z-index: 2; background: rgb(0 0 0 / 0.45); }
  #chats { display: block; padding: 0.375rem 0.75rem; }
  .bar label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  #model { flex: 1; }
  header { padding: 0.5rem 0.75rem 0.25rem; }
  #messages, .composer { padding-left: 0.75rem; padding-right: 0.75rem; }
  #conversations .title, .item-buttons button { min-height: 2.75rem; }
  .foot button, .code-head button { min-height: 2rem; }
  #send, #stop { min-width: 4rem; padding: 0.5rem; }
  /* Small type makes phones zoom in when it is written into. */
  textarea, select, input { font-size: 1rem; }
}
@media (hover: none) {
  #keys { display: none; }
}
@media print {
  body { display: block; }
  #sidebar, header, .composer, .foot { display: none; }
  #messages { overflow: visible; }
}
`;
