"""`center owner-link`.

Knows: words on a command line, and exit codes: 0 done, 2 bad input.
Refuses to know: what a link opens, and whom it is given to.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from center.site import SiteError, load

BAD_INPUT = 2


def owner_link(site: Annotated[Path, typer.Argument(help="The site file.", dir_okay=False)]) -> None:
    """Make a link for an owner of a camera who has no app: the link, and what the site file says of it.

    [dim]Example: center owner-link site.toml[/dim]
    """
    from center.portal.visits import new_token

    try:
        community = load(site).community
        if community is None:
            raise SiteError(f"{site}: no [community]")
    except (SiteError, OSError) as error:
        Console(stderr=True, highlight=False).print(f"[red]error:[/red] {escape(str(error))}", soft_wrap=True)
        raise typer.Exit(BAD_INPUT) from None
    token = new_token()
    print("for the owner, and nobody else:")  # noqa: T201
    print(f"  {community.link(token)}")  # noqa: T201
    print("for their [[community.owners]] row, which has no key:")  # noqa: T201
    print(f'  token_sha256 = "{hashlib.sha256(token.encode()).hexdigest()}"')  # noqa: T201
