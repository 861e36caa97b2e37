/** How a page looks: on screens of any width, light and dark, and on paper. Without `<` and `&`, as the script. */
export const PAGE_STYLE: string = `
:root {
  --back: #ffffff; --raised: #f6f8fa; --line: #d5dbe1; --faint: #e8ecf0; --text: #1b2026; --muted: #56606b;
  --link: #0b57a4; --accent: #0b6e69; --hit: #fff3bf;
  --integer: #dcebfb; --float: #d9f1e3; --text-kind: #fbeccb; --enum: #ece1f9; --set: #fbdfe8;
  --since: #0a6640; --deprecated: #a02c17;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --back: #13171b; --raised: #1b2026; --line: #363e47; --faint: #272d34; --text: #e3e7eb; --muted: #a3adb8;
    --link: #7cb8f5; --accent: #5cc9c1; --hit: #4d4210;
    --integer: #1d3c5c; --float: #1b4632; --text-kind: #514013; --enum: #40305c; --set: #5a2a3b;
    --since: #6bd3a2; --deprecated: #ff9d88;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 3.5rem; }
body {
  margin: 0; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible, input:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
small { color: var(--muted); font-size: .82em; font-weight: 400; }
[hidden] { display: none !important; }
h1, h2, h3, h4, h5, h6, dd, td, th, p, li { unicode-bidi: isolate; }

.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; z-index: 2; background: var(--back); padding: .25rem .5rem; }
.bar {
  position: sticky; top: 0; z-index: 1; display: flex; align-items: center; gap: .4rem 1.25rem; height: 3rem;
  padding: 0 1.25rem; background: var(--raised); border-bottom: 1px solid var(--line); font-size: .9rem;
}
.brand { color: var(--text); font-weight: 650; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bar nav { display: flex; gap: 1rem; }
.filter { margin-left: auto; display: flex; align-items: center; gap: .5rem; color: var(--muted); }
.filter input {
  width: 15rem; max-width: 40vw; font: inherit; color: var(--text); background: var(--back);
  border: 1px solid var(--line); border-radius: 4px; padding: .2rem .5rem;
}
.found { color: var(--muted); white-space: nowrap; }

.page { display: grid; grid-template-columns: 17rem minmax(0, 1fr); max-width: 100rem; margin: 0 auto; }
.contents {
  position: sticky; top: 3rem; height: calc(100vh - 3rem); overflow-y: auto; padding: 1rem 1.25rem 2rem;
  border-right: 1px solid var(--line); font-size: .86rem; line-height: 1.35;
}
.contents p { margin: 1.25rem 0 .35rem; font-weight: 650; color: var(--muted); }
.contents ul { list-style: none; margin: 0; padding: 0; }
.contents li { display: flex; justify-content: space-between; gap: .5rem; padding: .14rem 0; }
.contents a { min-width: 0; }
.contents small { flex: none; }
main { padding: 1rem 2.25rem 6rem; min-width: 0; max-width: 80rem; }

h1 { margin: 1.25rem 0 .25rem; font-size: 2.1rem; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 3rem 0 .75rem; padding-bottom: .3rem; border-bottom: 2px solid var(--accent); font-size: 1.5rem; }
h3 { margin: 0 0 .25rem; font-size: 1.25rem; line-height: 1.3; }
h4, h5, h6 { margin: 0 0 .25rem; font-size: 1.08rem; }
h1 + .description { font-size: 1.1rem; }
p { max-width: 46rem; margin: .4rem 0 .7rem; }
.self { color: inherit; }
.description { white-space: pre-line; }
main section.item { padding: 1.6rem 0 .5rem; border-top: 1px solid var(--line); margin-top: 1.6rem; }
.item:target h3, .group:target .self, tr:target, li:target { background: var(--hit); }
.group { margin: 1.6rem 0 .5rem; padding-left: 1.1rem; border-left: 3px solid var(--accent); }
.empty { color: var(--muted); }

.badge {
  display: inline-block; border: 1px solid currentColor; border-radius: 3px; padding: 0 .35em; margin-left: .15em;
  font-size: .72rem; font-weight: 500; line-height: 1.45; vertical-align: .1em; white-space: nowrap;
}
.since { color: var(--since); }
.deprecated { color: var(--deprecated); }

.facts { display: flex; flex-wrap: wrap; gap: .35rem 2rem; margin: .4rem 0 1rem; }
.facts div { min-width: 0; }
dt { color: var(--muted); font-size: .78rem; line-height: 1.3; }
dd { margin: 0; }

.wire { display: flex; flex-wrap: wrap; gap: .4rem 0; list-style: none; margin: .5rem 0 1rem; padding: 0; }
.wire li {
  border: 1px solid var(--line); border-right-width: 0; background: var(--raised);
  padding: .2rem .7rem; font-size: .88rem;
}
.wire li:first-child { border-radius: 4px 0 0 4px; }
.wire li:last-child { border-right-width: 1px; border-radius: 0 4px 4px 0; }
.wire b { font-weight: 600; margin-left: .35em; }

.scroll { overflow-x: auto; margin: .5rem 0 1.2rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; line-height: 1.4; }
caption { text-align: left; color: var(--muted); font-size: .82rem; padding: .25rem 0; }
.rows th, .rows td {
  text-align: left; vertical-align: top; padding: .38rem .7rem .38rem 0; border-bottom: 1px solid var(--faint);
}
.rows thead th {
  color: var(--muted); font-size: .78rem; font-weight: 500; border-bottom-color: var(--line); white-space: nowrap;
}
.rows tbody th { font-weight: 600; }
.rows tbody tr:hover { background: var(--raised); }
.rows tr.hit th { background: var(--hit); }
.padding, .inherited { color: var(--muted); }
.rows .padding th { font-weight: 400; }
.type small, .presence small { display: block; }
.notes small { display: inline-block; }

.map { table-layout: fixed; font-size: .8rem; line-height: 1.25; }
.map th { color: var(--muted); font-weight: 400; font-size: .74rem; text-align: left; padding: .1rem .3rem .1rem 0; }
.map tr > th:first-child { width: 3.2rem; text-align: right; padding-right: .5rem; }
.map td {
  border: 1px solid var(--line); padding: .22rem .35rem; height: 2.4rem; overflow: hidden; vertical-align: top;
}
.map td a { color: var(--text); font-weight: 600; }
.map td small { display: block; }
.map .long td { height: 3.6rem; }
.map .none { border: 0; }
.map .integer { background: var(--integer); }
.map .float { background: var(--float); }
.map .text { background: var(--text-kind); }
.map .enum { background: var(--enum); }
.map .set { background: var(--set); }
.map .padding { background: repeating-linear-gradient(135deg, var(--faint) 0 2px, transparent 2px 8px); }
.map .more { color: var(--muted); }

.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); gap: 0 2.5rem; }
.cards .composite { grid-column: 1 / -1; }
.users { font-size: .86rem; color: var(--muted); max-width: none; }
.version h4 { margin-top: .75rem; }
.version ul { margin: .25rem 0 1rem; padding-left: 1.2rem; }

@media (min-width: 40.01rem), print {
  .rows .number { text-align: right; white-space: nowrap; width: 1%; padding-right: 1.1rem; }
  .fields th, .members th { width: 16%; }
  .fields .type, .members .type { width: 17%; }
  .fields .presence, .members .presence { width: 14%; }
  .fields .notes, .members .notes { width: 33%; }
  .overview th { width: 24%; }
  .overview .length { white-space: nowrap; }
  .overview .notes { width: 40%; }
  .values th { width: 32%; }
}
@media (max-width: 70rem) {
  .page { display: block; }
  .contents { display: none; }
  main { margin: 0 auto; padding: 1rem 1.25rem 4rem; }
}
@media screen and (max-width: 40rem) {
  body { font-size: 15px; }
  main { padding: .5rem .9rem 4rem; }
  .bar { padding: 0 .9rem; gap: .9rem; }
  .bar nav { gap: .7rem; }
  .brand, .filter span, .found { display: none; }
  .filter input { width: 8rem; }
  h1 { font-size: 1.6rem; }
  h2 { font-size: 1.3rem; }
  .group { padding-left: .7rem; }
  .map { font-size: .6rem; }
  .map th { font-size: .6rem; }
  .map tr > th:first-child { width: 1.7rem; padding-right: .25rem; }
  .map td { padding: .12rem .1rem; letter-spacing: -.02em; }
  .rows, .rows tbody, .rows caption { display: block; }
  .rows thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .rows tbody tr {
    display: flex; flex-wrap: wrap; gap: 0 .9rem; padding: .45rem 0; border-bottom: 1px solid var(--faint);
  }
  .rows tbody td, .rows tbody th { max-width: 100%; padding: 0; border: 0; }
  .rows tbody th { order: -1; flex: 0 0 100%; }
  .rows tbody .notes, .rows tbody .users { flex: 0 0 100%; }
  .fields tbody .id { flex: 0 0 50%; }
  .members tbody .bytes { flex: 0 0 60%; }
  .fields .type, .fields .presence, .members .type, .members .presence { flex: 0 0 calc(50% - .45rem); }
  .values tbody th { order: 0; flex: 0 1 auto; }
  .rows td:empty { display: none; }
  .offset::before { content: 'offset '; }
  .bytes::before { content: 'bytes '; }
  .id::before { content: 'id '; }
  .overview .id::before { content: 'template '; }
  .overview .bytes::before { content: 'block '; }
  .overview .length::before { content: 'with header '; }
  .null::before { content: 'null '; }
  .simple .users::before { content: 'used by '; }
  .offset::before, .bytes::before, .id::before, .overview .length::before, .null::before, .simple .users::before {
    color: var(--muted);
  }
}
@media print {
  html { font-size: 9pt; }
  body { font-size: 1rem; }
  .bar, .contents, .skip { display: none; }
  .page { display: block; max-width: none; }
  main { max-width: none; padding: 0; }
  a { color: inherit; }
  h2 { break-before: page; }
  #encoding { break-before: auto; }
  h1, h2, h3, h4, h5, h6, caption, thead, .description, .facts, .wire { break-after: avoid; }
  tr, .wire { break-inside: avoid; }
  .map { break-inside: avoid; }
  .map td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .scroll { overflow: visible; }
  .cards { display: block; }
  .rows th, .rows td { padding-top: .2rem; padding-bottom: .2rem; }
}
`
