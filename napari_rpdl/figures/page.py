"""Pieces of a self-contained HTML page: every text is escaped, every picture is inside."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { --ink: #1b1f24; --grey: #5b6570; --line: #e3e7ea; --paper: #ffffff; --accent: #d1226b; --note: #fff6e0; }
* { box-sizing: border-box; }
body { margin: 0; background: #f3f5f6; color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 2rem 4rem; background: var(--paper); }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .4rem; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .6rem; padding-top: 1rem; border-top: 1px solid var(--line); }
p { max-width: 46rem; margin: .5rem 0; }
.lead { color: var(--grey); }
.badge { display: inline-block; margin: 0 0 .8rem; padding: .15rem .7rem; border-radius: 1rem; background: var(--note);
  border: 1px solid #ecd28a; font-size: .85rem; font-weight: 600; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: .8rem; margin: 1.4rem 0; }
.card { border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; }
.card b { display: block; font-size: 1.75rem; font-variant-numeric: tabular-nums; line-height: 1.2; }
.card span { color: var(--grey); font-size: .88rem; }
.card.main { border-color: var(--accent); } .card.main b { color: var(--accent); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-size: .92rem;
  font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
th:first-child, td:first-child { text-align: left; }
thead th { color: var(--grey); font-weight: 600; border-bottom: 2px solid var(--line); }
tr.main td { font-weight: 600; color: var(--accent); }
tr.group td { font-style: italic; color: var(--grey); padding-top: .8rem; }
h3 { font-size: 1rem; margin: 1.8rem 0 .3rem; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--grey); font-size: .92rem; }
figure { margin: 1rem 0 0; } figure img { max-width: 100%; height: auto; display: block; }
figcaption, .small { color: var(--grey); font-size: .88rem; max-width: 46rem; }
dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .25rem 1.2rem; font-size: .92rem; }
dt { color: var(--grey); } dd { margin: 0; overflow-wrap: anywhere; }
pre { background: #f3f5f6; padding: .8rem 1rem; border-radius: .4rem; overflow-x: auto; font-size: .85rem;
  white-space: pre-wrap; overflow-wrap: anywhere; }
@media print { body { background: none; } main { padding: 0; } h2, figure, table { break-inside: avoid; } }
</style>
</head>
<body>
<main>
$body
</main>
</body>
</html>
""")


def page(title: str, parts: Iterable[str]) -> str:
    """Return the whole document; ``parts`` are HTML already."""
    return _PAGE.substitute(title=escape(title), body="\n".join(parts))


def heading(text: str, level: int = 2) -> str:
    """Return a heading."""
    return f"<h{level}>{escape(text)}</h{level}>"


def paragraph(text: str, style: str = "") -> str:
    """Return a paragraph, of CSS class ``style`` if one is given."""
    return f'<p class="{escape(style)}">{escape(text)}</p>' if style else f"<p>{escape(text)}</p>"


def badge(text: str) -> str:
    """Return a label that is hard to overlook."""
    return f'<span class="badge">{escape(text)}</span>'


def cards(figures: Sequence[tuple[str, str]], main: int = 0) -> str:
    """Return large numbers with what they mean beneath; the one at ``main`` stands out."""
    styles = ("card main" if rank == main else "card" for rank in range(len(figures)))
    boxes = (
        f'<div class="{style}"><b>{escape(number)}</b><span>{escape(meaning)}</span></div>'
        for style, (number, meaning) in zip(styles, figures, strict=True)
    )
    return f'<div class="cards">{"".join(boxes)}</div>'


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], main: str = "") -> str:
    """Return a table; the row whose first cell is ``main`` stands out, and one of a single cell heads those below."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "\n".join(_row(row, row[0] == main, len(columns)) for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>'


def picture(png: Path, description: str, caption: str) -> str:
    """Return a figure with the PNG inside the page, and links to its files beside the page."""
    data = base64.b64encode(png.read_bytes()).decode("ascii")
    links = " ".join(
        f'<a href="{escape(png.parent.name)}/{escape(png.stem)}.{kind}">{kind.upper()}</a>' for kind in ("png", "svg")
    )
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{escape(description)}">'
        f"<figcaption>{escape(caption)} {links}</figcaption></figure>"
    )


def facts(pairs: Mapping[str, str]) -> str:
    """Return names and values in two columns."""
    items = "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs.items())
    return f"<dl>\n{items}\n</dl>"


def code(text: str) -> str:
    """Return text as it is, in a box."""
    return f"<pre>{escape(text)}</pre>"


def link(target: str, text: str) -> str:
    """Return a paragraph that links to a file beside the page."""
    return f'<p><a href="{escape(target)}">{escape(text)}</a></p>'


def details(summary: str, parts: Iterable[str]) -> str:
    """Return parts that open when their ``summary`` is clicked."""
    body = "\n".join(parts)
    return f"<details><summary>{escape(summary)}</summary>\n{body}\n</details>"


def bullets(texts: Iterable[str]) -> str:
    """Return a list of sentences."""
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"


def _row(cells: Sequence[str], main: bool, columns: int) -> str:
    if len(cells) < columns:
        return f'<tr class="group"><td colspan="{columns}">{escape(cells[0])}</td></tr>'
    style = ' class="main"' if main else ""
    return f"<tr{style}>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
