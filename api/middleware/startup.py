"""A server that cannot start says why in one sentence; tracebacks are for bugs, not for a data folder in use."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hwr_core.errors import HwrError


class StartupErrors:
    """Replaces the traceback by the error's own message when an HwrError stops the lifespan from starting."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on except a failed start."""
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        failed: list[Message] = []

        async def send_all_but_failure(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                failed.append(message)
            else:
                await send(message)

        try:
            await self._app(scope, receive, send_all_but_failure)
        except HwrError as error:
            if not failed:
                raise
            await send({"type": "lifespan.startup.failed", "message": f"hwr: {error}"})
        except BaseException:
            for message in failed:
                await send(message)
            raise
