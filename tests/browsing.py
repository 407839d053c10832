"""A page in a browser, with everything that it asked for and complained about."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page

LOCAL = "127.0.0.1"


@dataclass
class Visit:
    """A page, the addresses it has asked for, and the errors that it or its workers have reported."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.context.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.context.on("console", self._hear)
        self.page.context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    @property
    def foreign(self) -> list[str]:
        """Requests that leave the machine."""
        addresses = map(urlsplit, self.requests)
        return [
            url.geturl() for url in addresses if url.scheme not in ("blob", "data", "file") and url.hostname != LOCAL
        ]
