"""All checks, in the order in which they depend on one another."""

from hwr_core.errors import InvalidValue
from hwr_core.ops.doctor import contents, machine, server
from hwr_core.ops.doctor.finding import Finding, State
from hwr_core.settings import load_settings

CHECKS = (
    machine.packages,
    machine.data_folder,
    machine.leftovers,
    machine.room,
    contents.storage,
    contents.database,
    contents.uploads,
    contents.model,
    server.address,
    server.port,
    contents.data_sets,
)


def examine() -> list[Finding]:
    """Run all checks; without valid settings, only those that need none."""
    findings = [machine.python()]
    try:
        settings = load_settings()
    except InvalidValue as error:
        advice = "Correct the variable where it is set: in the environment, or in .env in the working folder."
        return [*findings, Finding("settings", State.BAD, str(error), advice)]
    found = f"valid; data in {settings.data_dir}, models in {settings.models_dir}"
    return [*findings, Finding("settings", State.GOOD, found), *(check(settings) for check in CHECKS)]
