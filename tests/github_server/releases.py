"""Answer releases and their assets: drafts, tags made at publishing, immutability, uploads and downloads."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.github_server import shapes
from tests.github_server.clock import stamp_of
from tests.github_server.exchange import Answer, RefusalError, invalid, missing, route
from tests.github_server.records import Asset, Release

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.github_server.exchange import Addresses, Ask, Json
    from tests.github_server.state import Repository

FROZEN = "Cannot change the assets of an immutable release."


def shape_asset(at: Addresses, repo: Repository, release: Release, asset: Asset) -> Json:
    tag = f"untagged-{release.id}" if release.draft else release.tag
    return {
        "id": asset.id,
        "node_id": shapes.node("RA", asset.id),
        "url": f"{at.api}/repos/{repo.full_name}/releases/assets/{asset.id}",
        "browser_download_url": f"{at.web}/{repo.full_name}/releases/download/{quote(tag, safe='')}/{asset.name}",
        "name": asset.name,
        "label": asset.label,
        "state": asset.state,
        "content_type": asset.content_type,
        "size": len(asset.content),
        "digest": asset.digest,
        "download_count": asset.downloads,
        "created_at": asset.created,
        "updated_at": asset.updated or asset.created,
        "uploader": shapes.user(at, asset.uploader),
    }


def shape_release(at: Addresses, repo: Repository, release: Release) -> Json:
    here = f"{at.api}/repos/{repo.full_name}/releases/{release.id}"
    tag = quote(f"untagged-{release.id}" if release.draft else release.tag, safe="")
    balls = {
        kind: None if release.draft else f"{at.api}/repos/{repo.full_name}/{kind}/{quote(release.tag, safe='')}"
        for kind in ("tarball", "zipball")
    }
    return {
        "id": release.id,
        "node_id": shapes.node("RE", release.id),
        "url": here,
        "html_url": f"{at.web}/{repo.full_name}/releases/tag/{tag}",
        "assets_url": f"{here}/assets",
        "upload_url": f"{at.uploads}/repos/{repo.full_name}/releases/{release.id}/assets{{?name,label}}",
        **{f"{kind}_url": address for kind, address in balls.items()},
        "tag_name": release.tag,
        "target_commitish": release.target,
        "name": release.name,
        "body": release.body,
        "draft": release.draft,
        "immutable": release.immutable,
        "prerelease": release.prerelease,
        "created_at": release.created,
        "published_at": release.published,
        "updated_at": release.updated,
        "author": shapes.user(at, release.author),
        "assets": [shape_asset(at, repo, release, asset) for asset in release.assets.values()],
    }


def publish(repo: Repository, release: Release) -> None:
    """Make a release public: its tag is made when it is not there, and no other release may have it."""
    if release.tag in repo.tagged:
        raise invalid("Release", "tag_name", "already_exists")
    if release.tag in repo.burned_tags:
        raise invalid("Release", "tag_name", "custom", "tag_name was used by an immutable release")
    ref = f"refs/tags/{release.tag}"
    if ref not in repo.refs:
        if not repo.refs:
            raise RefusalError(422, "Repository is empty.")
        repo.refs[ref] = repo.commitish(release.target)
    release.draft = False
    release.published = repo.github.clock.stamp()
    _date(repo, release)
    repo.tagged[release.tag] = release.id
    if repo.immutable_releases:
        release.immutable = True
        repo.burned_tags.add(release.tag)
    if release.make_latest != "false" and not release.prerelease:
        repo.latest = release.id


def _date(repo: Repository, release: Release) -> None:
    # On GitHub a release's created_at is the date of the commit, not of the release.
    sha = repo.resolve(f"refs/tags/{release.tag}") or repo.commitish(release.target)
    release.created = stamp_of(repo.objects.commit(sha).committer.seconds)


@route("POST", "{R}/releases", "contents:write")
def create_release(ask: Ask) -> Answer:
    repo, body, now = ask.repo, ask.body, ask.github.clock.stamp()
    release = Release(
        id=ask.github.id(),
        tag=body["tag_name"],
        target=body.get("target_commitish") or repo.default_branch,
        name=body.get("name"),
        body=body.get("body"),
        draft=body.get("draft", False),
        prerelease=body.get("prerelease", False),
        author=ask.caller.login,
        created=now,
        published=None,
        updated=now,
        make_latest=body.get("make_latest", "true"),
    )
    _date(repo, release)
    if not release.draft:
        publish(repo, release)
    repo.releases[release.id] = release
    shaped = shape_release(ask.at, repo, release)
    return Answer(201, shaped, {"Location": shaped["url"]})


@route("GET", "{R}/releases", "contents:read")
def list_releases(ask: Ask) -> Answer:
    drafts, first = ask.may("contents", "write"), ask.repo.drafts_first
    shown = (release for release in ask.repo.releases.values() if drafts or not release.draft)
    newest = sorted(shown, key=lambda release: (first and release.draft, release.id), reverse=True)
    return ask.page(newest, lambda release: shape_release(ask.at, ask.repo, release))


def _release(ask: Ask) -> Release:
    release = ask.repo.releases.get(ask.number("release_id"))
    if release is None or (release.draft and not ask.may("contents", "write")):
        raise missing()
    return release


@route("GET", "{R}/releases/latest", "contents:read")
def latest_release(ask: Ask) -> Answer:
    release = ask.repo.releases.get(ask.repo.latest or 0)
    if release is None:
        raise missing()
    return Answer(200, shape_release(ask.at, ask.repo, release))


@route("GET", "{R}/releases/tags/{tag}", "contents:read")
def release_by_tag(ask: Ask) -> Answer:
    release = ask.repo.release(ask.params["tag"])
    if release is None:
        raise missing()
    return Answer(200, shape_release(ask.at, ask.repo, release))


@route("GET", "{R}/releases/{release_id}", "contents:read")
def get_release(ask: Ask) -> Answer:
    return Answer(200, shape_release(ask.at, ask.repo, _release(ask)))


@route("PATCH", "{R}/releases/{release_id}", "contents:write")
def update_release(ask: Ask) -> Answer:
    repo, release, body = ask.repo, _release(ask), ask.body or {}
    tag = body.get("tag_name", release.tag)
    if tag != release.tag:
        if release.immutable:
            raise invalid("Release", "tag_name", "custom", "the tag of an immutable release cannot change")
        if not release.draft:
            if tag in repo.tagged:
                raise invalid("Release", "tag_name", "already_exists")
            repo.tagged[tag] = repo.tagged.pop(release.tag)
            repo.refs.setdefault(f"refs/tags/{tag}", repo.commitish(body.get("target_commitish", release.target)))
        release.tag = tag
    release.target = body.get("target_commitish") or release.target
    release.name, release.body = body.get("name", release.name), body.get("body", release.body)
    release.prerelease = body.get("prerelease", release.prerelease)
    release.make_latest = body.get("make_latest", release.make_latest)
    release.updated = ask.github.clock.stamp()
    if release.draft and body.get("draft") is False:
        publish(repo, release)
    elif "make_latest" in body and not release.draft:
        repo.latest = (
            release.id if body["make_latest"] != "false" else None if repo.latest == release.id else repo.latest
        )
    return Answer(200, shape_release(ask.at, repo, release))


@route("DELETE", "{R}/releases/{release_id}", "contents:write")
def delete_release(ask: Ask) -> Answer:
    release = _release(ask)
    forget(ask.repo, release)
    return Answer(204)


def forget(repo: Repository, release: Release) -> None:
    """Remove a release; its tag stays, as it does on GitHub."""
    del repo.releases[release.id]
    if repo.tagged.get(release.tag) == release.id:
        del repo.tagged[release.tag]
    if repo.latest == release.id:
        repo.latest = None


@route("GET", "{R}/releases/{release_id}/assets", "contents:read")
def list_assets(ask: Ask) -> Answer:
    release = _release(ask)
    return ask.page(list(release.assets.values()), lambda asset: shape_asset(ask.at, ask.repo, release, asset))


def tidy_name(name: str) -> str:
    """Rename an asset as GitHub does: unusual characters become dots, and none leads or ends."""
    return re.sub(r"\.{2,}", ".", re.sub(r"[^\w.@+-]", ".", name, flags=re.ASCII)).strip(".") or "default"


def start_upload(ask: Ask) -> tuple[Release, Asset]:
    """Check an upload before its bytes are read, as far as GitHub does, and make the asset in state ``starter``."""
    release = _release(ask)
    if release.immutable:
        raise RefusalError(422, FROZEN)
    name = tidy_name(ask.query["name"])
    if any(asset.name == name for asset in release.assets.values()):
        raise invalid("ReleaseAsset", "name", "already_exists")
    kind = ask.headers.get("Content-Type", "")
    if not kind:
        raise RefusalError(400, "Content-Type is missing")
    made = Asset(
        id=ask.github.id(),
        name=name,
        content_type=kind,
        content=b"",
        digest=None,
        uploader=ask.caller.login,
        created=ask.github.clock.stamp(),
        label=ask.query.get("label"),
        state="starter",
    )
    release.assets[made.id] = made
    return release, made


@route("POST", "{R}/releases/{release_id}/assets", "contents:write")
def upload_asset(ask: Ask) -> Answer:
    release, asset = start_upload(ask)
    fill(asset, ask.data, digest=ask.repo.digests)
    return Answer(201, shape_asset(ask.at, ask.repo, release, asset))


def fill(asset: Asset, content: bytes, *, digest: bool = True) -> None:
    asset.content, asset.state = content, "uploaded"
    asset.digest = "sha256:" + hashlib.sha256(content).hexdigest() if digest else None


def add_release(
    repo: Repository, tag: str, *, assets: Mapping[str, bytes], body: str, login: str, draft: bool, target: str | None
) -> Release:
    """Make a release as somebody, with its assets, and publish it unless it is a draft."""
    now = repo.github.clock.stamp()
    made = Release(
        id=repo.github.id(),
        tag=tag,
        target=target or repo.default_branch,
        name=tag,
        body=body,
        draft=True,
        prerelease=False,
        author=login,
        created=now,
        published=None,
        updated=now,
        make_latest="false",
    )
    for name, content in assets.items():
        asset = Asset(repo.github.id(), name, "application/octet-stream", b"", None, login, now)
        fill(asset, content, digest=repo.digests)
        made.assets[asset.id] = asset
    if draft:
        _date(repo, made)
    else:
        publish(repo, made)
    repo.releases[made.id] = made
    return made


def _asset(ask: Ask) -> tuple[Release, Asset]:
    number = ask.number("asset_id")
    for release in ask.repo.releases.values():
        if number in release.assets and (not release.draft or ask.may("contents", "write")):
            return release, release.assets[number]
    raise missing()


@route("GET", "{R}/releases/assets/{asset_id}", "contents:read")
def get_asset(ask: Ask) -> Answer:
    release, asset = _asset(ask)
    if "application/octet-stream" not in ask.headers.get("Accept", ""):
        return Answer(200, shape_asset(ask.at, ask.repo, release, asset))
    if asset.state != "uploaded":
        raise missing()
    asset.downloads += 1
    if not ask.repo.redirects:
        return Answer(200, asset.content, {"Content-Type": "application/octet-stream"})
    key = ask.github.sign(asset.content_type, asset.content)
    return Answer(302, None, {"Location": f"{ask.at.storage}/{key}"})


@route("PATCH", "{R}/releases/assets/{asset_id}", "contents:write")
def update_asset(ask: Ask) -> Answer:
    release, asset = _asset(ask)
    if release.immutable:
        raise RefusalError(422, FROZEN)
    name = tidy_name(ask.body.get("name", asset.name))
    if any(other.name == name and other is not asset for other in release.assets.values()):
        raise invalid("ReleaseAsset", "name", "already_exists")
    asset.name, asset.label = name, ask.body.get("label", asset.label)
    asset.updated = ask.github.clock.stamp()
    return Answer(200, shape_asset(ask.at, ask.repo, release, asset))


@route("DELETE", "{R}/releases/assets/{asset_id}", "contents:write")
def delete_asset(ask: Ask) -> Answer:
    release, asset = _asset(ask)
    if release.immutable:
        raise RefusalError(422, FROZEN)
    del release.assets[asset.id]
    return Answer(204)


@route("GET", "{R}/immutable-releases", "administration:read", signed_in=True)
def immutable_releases(ask: Ask) -> Answer:
    if not ask.repo.immutable_releases:
        return Answer(404)
    return Answer(200, {"enabled": True, "enforced_by_owner": False})
