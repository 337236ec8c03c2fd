"""The form by which a person signs in."""

from playwright.sync_api import Page

from tests.filling import PASSWORD


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Fill in the sign-in page that ``page`` shows and send it; where it leads is the story's own question."""
    page.get_by_label("登录名").fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()
