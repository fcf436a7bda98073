"""Where the Home page leads."""


def script_of(page: str) -> str:
    """The script of a page by its name."""
    return f"app_pages/{page}.py"
