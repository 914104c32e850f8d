"""How the preview looks: system fonts, two colour schemes, one column that fits a phone."""

from __future__ import annotations

STYLE = """
:root {
  --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --line: #d1d9e0; --band: #f6f8fa; --link: #0969da;
  --mark: #818b981f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --line: #3d444d; --band: #151b23; --link: #4493f8;
    --mark: #656c7633;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 24px 16px; background: var(--paper); color: var(--ink);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif,
    "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji";
  overflow-wrap: break-word;
}
.comment { max-width: 860px; margin: 0 auto; border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
.comment > header {
  padding: 8px 16px; background: var(--band); border-bottom: 1px solid var(--line); color: var(--faint);
}
article { padding: 16px; }
article > :first-child { margin-top: 0; }
article > :last-child { margin-bottom: 0; }
h1, h2, h3, h4 { margin: 24px 0 12px; font-weight: 600; line-height: 1.25; }
h2 { padding-bottom: .3em; border-bottom: 1px solid var(--line); font-size: 1.5em; }
h3 { font-size: 1.2em; }
p, ul, ol, table, pre, blockquote, details { margin: 0 0 14px; }
ul, ol { padding-left: 1.8em; }
li + li { margin-top: .3em; }
a { color: var(--link); }
code, pre { font-family: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { padding: .15em .4em; border-radius: 6px; background: var(--mark); font-size: 85%; white-space: break-spaces; }
h2 code { font-size: inherit; }
pre { padding: 14px; overflow: auto; border-radius: 6px; background: var(--band); line-height: 1.45; }
pre code { padding: 0; background: none; white-space: pre; }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse; }
th, td { padding: 5px 12px; border: 1px solid var(--line); }
th { font-weight: 600; }
tbody tr:nth-child(2n) { background: var(--band); }
td code { white-space: nowrap; }
td[align="right"] { font-variant-numeric: tabular-nums; white-space: nowrap; }
td[align="center"] { white-space: nowrap; }
blockquote { padding: 0 1em; border-left: .25em solid var(--line); color: var(--faint); }
summary { cursor: pointer; }
details[open] > summary { margin-bottom: 10px; }
img { max-width: 100%; height: auto; }
.mark {
  display: inline-block; min-width: 1.35em; padding: 0 .2em; border-radius: .25em; color: #ffffff;
  font-size: .85em; font-weight: 700; line-height: 1.35; text-align: center;
}
.fine { background: #1a7f37; } .wrong { background: #cf222e; } .open { background: #6e7781; }
.warning { background: #9a6700; } .gold { background: #9a6700; } .round { border-radius: 50%; }
sub { color: var(--faint); font-size: 85%; line-height: 1.4; vertical-align: baseline; }
""".strip()
