from __future__ import annotations

import pytest

from modelbout.report.preview import MARKS, article, preview
from modelbout.report.render import render
from tests.unit.report import stories


@pytest.mark.parametrize(
    ("markdown", "gone"),
    [
        ("<script>alert(1)</script>", "script"),
        ("<style>p{}</style>", "style"),
        ('<p class="x" style="color:red">a</p>', "class"),
        ('<p style="color:red">a</p>', "style"),
        ('<img src="x" onerror="alert(1)">', "onerror"),
        ('<a href="javascript:alert(1)">a</a>', "javascript"),
        ("[a](javascript:alert(1))", 'href="javascript'),
        ('<picture><source srcset="javascript:x"></picture>', "javascript"),
        ('<picture><source srcset=" data:x"></picture>', "data:"),
        ("<iframe src='x'></iframe>", "iframe"),
        ("<form><input></form>", "input"),
        ("<!-- hidden -->", "hidden"),
        ('<svg onload="x"></svg>', "svg"),
    ],
)
def test_what_github_removes_is_removed(markdown: str, gone: str) -> None:
    assert gone not in article(markdown)


@pytest.mark.parametrize(
    ("markdown", "kept"),
    [
        ("| a |\n| --: |\n| 1 |", '<td align="right">1</td>'),
        ("| a |\n| :-- |\n| 1 |", '<th align="left">a</th>'),
        ("| a |\n| --- |\n| 1 |", "<td>1</td>"),
        ("~~a~~", "<s>a</s>"),
        ("<details open>\n<summary>x</summary>\n\n- a\n\n</details>", "<details open"),
        ("<sub>x</sub> <kbd>y</kbd>", "<sub>x</sub> <kbd>y</kbd>"),
        ('<source media="(prefers-color-scheme: dark)" srcset="plots/x.png">', 'srcset="plots/x.png"'),
        ('<source srcset="https://example.org/x.png">', 'srcset="https://example.org/x.png"'),
        ("![alt](plots/x.png)", '<img src="plots/x.png" alt="alt"'),
        ("[a](https://example.org)", 'href="https://example.org" rel="nofollow"'),
    ],
)
def test_what_github_keeps_is_kept(markdown: str, kept: str) -> None:
    assert kept in article(markdown)


def test_marks_are_drawn_where_there_is_no_font_for_them() -> None:
    for mark, drawn in MARKS.items():
        assert drawn in article(f"{mark} yes")
        assert drawn not in article(f'<img src="x" alt="{mark} > yes">')


def test_the_page_is_complete_and_loads_nothing() -> None:
    page = preview(render(stories.win()), title="<churn> & co")
    assert page.startswith("<!DOCTYPE html>")
    assert "<title>&lt;churn&gt; &amp; co</title>" in page
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "@import" not in page
    assert "url(" not in page
    assert page.count("<article>") == page.count("</article>") == 1


def test_braces_in_a_report_are_only_braces() -> None:
    assert "{title} {0}" in preview("{title} {0}", title="t")
