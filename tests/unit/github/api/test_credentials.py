from __future__ import annotations

import pytest

from modelbout.github.api.credentials import hide, token

SECRET = "s3cr3t-of-an-old-kind"  # noqa: S105 -- nobody's


def test_our_own_variable_comes_first_and_white_space_is_no_token() -> None:
    environ = {"GH_TOKEN": "c", "GITHUB_TOKEN": "b", "MODELBOUT_GITHUB_TOKEN": " a\n"}
    assert token(environ) == "a"
    assert token(environ | {"MODELBOUT_GITHUB_TOKEN": "  "}) == "b"
    assert token({"GH_TOKEN": "c"}) == "c"
    assert token({}) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"no access for {SECRET}.", "no access for ***."),
        ("Bad: ghs_16C7e42F292c6912E7710c838347Ae178B4a", "Bad: ***"),
        ("Bad: github_pat_11ABCDE_0123456789abcdef!", "Bad: ***!"),
        ("Bad: ghs_1234_eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl", "Bad: ***"),
        ("{'Authorization': 'token abcdefgh', 'Accept': '*/*'}", "{'Authorization': 'token ***', 'Accept': '*/*'}"),
        ("authorization: Bearer abcdefgh", "authorization: Bearer ***"),
        ("Authorization=abcdefgh", "Authorization=***"),
        ("at https://store.example/x.zip?sig=abc&se=1 now", "at https://store.example/x.zip?*** now"),
        ("exceeded with url: /x.zip?X-Amz-Signature=abc (Caused", "exceeded with url: /x.zip?*** (Caused"),
        ("proxy http://ann:pass@proxy.example:3128", "proxy http://***@proxy.example:3128"),
        ("is it there? yes, and/or not", "is it there? yes, and/or not"),
        ("churn@v1.2.0 of octo/churn", "churn@v1.2.0 of octo/churn"),
    ],
)
def test_secrets_are_masked_and_the_rest_stays(text: str, shown: str) -> None:
    assert hide(text, SECRET, None) == shown


def test_what_is_too_short_to_be_a_secret_masks_nothing() -> None:
    assert hide("a test", "", "a", "test") == "a test"
