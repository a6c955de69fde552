"""The page of owners who have no app, as HTML that needs no script.

Knows: markup, and that every word from elsewhere is escaped.
Refuses to know: HTTP, and what is asked beyond what the app's protocol tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from center.portal.owner_words import for_field, moment, span, where

Ask = Mapping[str, Any]

STYLE = """
:root { color-scheme: light dark; --page: #f3f5f7; --card: #fff; --text: #14202b; --soft: #4d5c6a; --edge: #75828f;
  --act: #0b62c4; --on: #fff; --bad: #b3211a; --good: #14704a; }
@media (prefers-color-scheme: dark) { :root { --page: #090d12; --card: #161f28; --text: #e2e8ee; --soft: #9aa8b6;
  --edge: #75879a; --act: #6cb8ff; --on: #06121f; --bad: #ff7b70; --good: #4ecb92; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 44rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 1.0625rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 0; }
article, .said { background: var(--card); border: 1px solid var(--edge); border-radius: .5rem; padding: 1rem;
  margin: 1rem 0; }
.said { border-left: .5rem solid var(--good); } .said.wrong { border-left-color: var(--bad); }
dt { color: var(--soft); } dd { margin: 0 0 .5rem; } p.soft { color: var(--soft); }
label { display: block; margin-top: .75rem; font-weight: 600; }
small { display: block; font-weight: 400; color: var(--soft); }
input, select, textarea { font: inherit; width: 100%; max-width: 30rem; padding: .5rem; color: var(--text);
  background: var(--page); border: 1px solid var(--edge); border-radius: .35rem; }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1.25rem; margin: 1rem .75rem 0 0;
  border-radius: .35rem; border: 2px solid var(--act); background: var(--act); color: var(--on); cursor: pointer; }
button.no { background: transparent; color: var(--act); }
form.row { display: inline; } a { color: var(--act); }
:focus-visible { outline: 3px solid var(--act); outline-offset: 3px; }
"""

SCRIPT = """
const code = location.hash.slice(1);
if (code) {
  history.replaceState(null, "", location.pathname);
  const form = document.querySelector("form[action='/owner/in']");
  if (form) { form.elements.code.value = code; form.submit(); }
}
"""
"""A link's code stands behind its `#`, which no browser sends anywhere: this puts it into the form that does. Without
it, it is pasted there by hand."""


def front(site: str, said: str = "", *, is_wrong: bool = False) -> str:
    """For whoever is not known yet."""
    return _page(
        site,
        f"""{_said(said, is_wrong=is_wrong)}
<h1>Your camera</h1>
<p>This page is for owners of cameras who have registered with {escape(site)}.</p>
<form method="post" action="/owner/in">
<label for="code">Your code
<small>It is in the link that you were given when you registered, behind the sign #.</small></label>
<input id="code" name="code" required autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="100">
<button>Continue</button>
</form>""",
        said or "Your camera",
    )


def asked(
    site: str, at: tuple[float, float], asks: Sequence[Ask], zone: ZoneInfo, said: str = "", *, is_wrong: bool = False
) -> str:
    """For an owner whose camera stands `at`: all that they may answer now."""
    shown = "\n".join(_ask(number, ask, at, zone) for number, ask in enumerate(asks))
    many = f"{len(asks)} question{'' if len(asks) == 1 else 's'} for you" if asks else "Nothing is asked of you now"
    return _page(
        site,
        f"""{_said(said, is_wrong=is_wrong)}
<h1>{many}</h1>
<p>What you answer is up to you. Who does not answer is not shown to anybody.</p>
{shown}
<p><a href="/owner">Look again</a></p>
<form method="post" action="/owner/out"><button class="no">Leave this page</button></form>""",
        said or many,
    )


def _page(site: str, body: str, title: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · {escape(site)}</title>
<link rel="stylesheet" href="/owner/style.css"><script src="/owner/link.js" defer></script></head>
<body><header><p class="soft">{escape(site)}: cameras of the community</p></header>
<main>{body}</main></body></html>
"""


def _said(said: str, *, is_wrong: bool) -> str:
    if not said:
        return ""
    role, kind = ("alert", "said wrong") if is_wrong else ("status", "said")
    return f'<p class="{kind}" role="{role}">{escape(said)}</p>'


def _ask(number: int, ask: Ask, at: tuple[float, float], zone: ZoneInfo) -> str:
    named = f"“{escape(ask['camera'])}”" if ask.get("camera") else "your camera"
    heading = {
        "clips": "Video that your camera has kept",
        "live": "What your camera shows now",
        "camera": f"May {named} be looked through, live?",
    }[ask["what"]]
    facts = [("Where", where(ask["area"], at))] if ask["what"] != "camera" else []
    facts.append(("From when to when", span(ask["from"], ask["to"], zone)))
    if ask["what"] == "live":
        facts.pop()  # it is the present, until the request ends
    facts.append(("Answers are taken until", moment(ask["until"], zone)))
    words = f"<p>“{escape(ask['words'])}”</p>" if ask["words"] else ""
    told = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts)
    form = _clip(number, ask, zone) if ask["what"] == "clips" else _share(number, ask)
    return f"""<article aria-labelledby="ask-{number}"><h2 id="ask-{number}">{heading}</h2>
{words}<dl>{told}</dl>{form}</article>"""


def _share(number: int, ask: Ask) -> str:
    """In public nobody has to say no: who shares can take that back. What was said before the portal began anew it does
    not know, so both are offered then."""
    about = f'aria-describedby="ask-{number}"'
    shares, yes, no = ask.get("shares"), ("yes", "Yes, share it", ""), ("no", "No", "no")
    stop = ("no", "Stop sharing", "no")
    told = "It can be watched for this one matter only, and you can stop that on this page at any time."
    if shares:
        told, choices = "You share it now.", [stop]
    elif ask["what"] == "camera":
        choices = [yes, no]
    else:
        choices = [yes] if shares is False else [yes, stop]
    rows = "".join(
        f'<form class="row" method="post" action="/owner/share">{_place(ask)}'
        f'<button name="shares" value="{value}" class="{kind}" {about}>{label}</button></form>'
        for value, label, kind in choices
    )
    return f'<p class="soft">{told}</p>{rows}'


def _clip(number: int, ask: Ask, zone: ZoneInfo) -> str:
    def field(name: str) -> str:
        return f'id="{name}-{number}" name="{name}"'

    most = f"An MP4, at most {ask['most_bytes'] // 1_000_000} MB and {ask['most_s'] / 60:g} minutes."
    return f"""<form method="post" action="/owner/clip" enctype="multipart/form-data">{_place(ask)}
<label for="begins-{number}">When the video begins, by the camera's clock</label>
<input {field("begins")} type="datetime-local" step="1" required value="{for_field(ask["from"], zone)}">
<label for="clock-{number}">The camera's clock
<small>Compare what it shows now with your phone.</small></label>
<select {field("clock")}><option value="unknown">I do not know</option>
<option value="right">is right</option>
<option value="ahead">is ahead, by so many minutes:</option>
<option value="behind">is behind, by so many minutes:</option></select>
<label for="minutes-{number}">Minutes ahead or behind</label>
<input {field("minutes")} type="number" min="0" max="1440" value="0">
<label for="says-{number}">Anything you want to say of it</label>
<input {field("says")} maxlength="300">
<label for="clip-{number}">The video
<small>{most} Nobody sees it before a supervisor who did not ask for it.</small></label>
<input {field("clip")} type="file" accept="video/mp4" required>
<button aria-describedby="ask-{number}">Send this video</button></form>"""


def _place(ask: Ask) -> str:
    """Lets one answer in, and is known to this page only: no other site's form can hold it."""
    return f'<input type="hidden" name="place" value="{escape(ask["answer_to"].rpartition("/")[2])}">'
