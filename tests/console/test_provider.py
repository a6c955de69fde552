"""One click at the sign-in page, all the way through a provider and back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.running import LOOPBACK, Office, tables
from tests.servers import foreign_provider
from twin.center_process import free_port
from twin.issuer import Issuer
from twin.issuer_http import IssuerHttp
from twin.parish_site import NOWHERE, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.wire]


def test_a_click_is_enough_and_what_the_provider_does_not_say_is_told(context: BrowserContext, tmp_path: Path) -> None:
    """The browser goes to the training issuer and comes back with a session, whose cookie no script sees, to the panel
    it was at; whoever the provider says less of than the site stays outside, and reads why."""
    site = tables()
    at = f"{LOOPBACK}:{free_port(set())}"
    site["sign_in"] = sign_in(NOWHERE._replace(api=site["api"]["listen"], issuer=at))
    told = [{**person, **({"role": "auditor"} if person["operator"] == "ben" else {})} for person in site["operators"]]
    said = site["sign_in"]
    names = {"client_id": said["client_id"], "client_secret": said["client_secret"], "redirect": said["redirect"]}
    served = IssuerHttp(Issuer(said["issuer"], told, **names))
    served.open()
    office = Office(tmp_path, site)
    with ThreadPoolExecutor(1) as elsewhere:  # Playwright's loop counts as running in this thread
        elsewhere.submit(office.up).result()
    try:
        home = "http://{}:{}/".format(*office.api)
        page = context.new_page()
        page.goto(home)
        page.get_by_role("button", name="Supervisor").click()
        expect(page.get_by_text("Sup", exact=False).first).to_be_visible()
        page.wait_for_url(home)
        expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
        assert page.evaluate("document.cookie") == ""
        assert page.evaluate("window.violations") == []
        page.get_by_role("button", name="Sign out", exact=True).click()
        page.get_by_role("button", name="Ben").click()
        expect(page.get_by_role("heading", name="You were not signed in")).to_be_visible()
        expect(page.get_by_text("The provider does not say that you are operator.")).to_be_visible()
        page.get_by_role("link", name="Back to the sign-in page").click()
        expect(page.get_by_role("button", name="Ben")).to_be_visible()
        page.goto(f"{home}?panel=units")
        page.get_by_role("button", name="Supervisor").click()
        page.wait_for_url(f"{home}?panel=units")
        expect(page.locator("[data-shown=units]")).to_be_visible()
    finally:
        office.stop()
        served.close()
    assert "code=" not in office.said()


def test_a_provider_of_another_site_and_another_maker_sends_people_back(
    context: BrowserContext, tmp_path: Path
) -> None:
    """To a browser `localhost` and 127.0.0.1 are two sites, as an office's provider and its center are: the cookies and
    the page's policy let somebody through who comes back from there."""
    site = tables()
    with foreign_provider([{"sub": "0001", "preferred_username": "ada"}]) as provider:
        home = f"http://{site['api']['listen']}/"
        here = {"issuer": f"http://localhost:{provider.port}", "redirect": f"{home}api/session/callback"}
        site["sign_in"] = {**here, "client_secret": "a secret"}
        office = Office(tmp_path, site)
        with ThreadPoolExecutor(1) as elsewhere:  # Playwright's loop counts as running in this thread
            elsewhere.submit(office.up).result()
        try:
            page = context.new_page()
            page.goto(home)
            page.get_by_role("button", name="Ada").click()
            page.get_by_role("button", name="0001").click()
            page.wait_for_url(home)
            expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
            page.get_by_role("button", name="Sign out", exact=True).click()
            expect(page.get_by_role("status")).to_have_text("You have signed out.")
        finally:
            office.stop()
