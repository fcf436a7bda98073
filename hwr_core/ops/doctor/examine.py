"""All checks, in the order in which one rests on another."""

from hwr_core.errors import InvalidValue
from hwr_core.ops.doctor import contents, machine, server
from hwr_core.ops.doctor.finding import Finding, State
from hwr_core.settings import load_settings

CHECKS = (
    machine.data_folder,
    machine.room,
    contents.database,
    contents.uploads,
    contents.model,
    server.address,
    server.port,
    contents.data_sets,
)


def examine() -> list[Finding]:
    """Look at everything; without valid settings, at what needs none."""
    findings = [machine.python(), machine.packages()]
    try:
        settings = load_settings()
    except InvalidValue as error:
        advice = "Correct it where it is set: in the environment, or in .env of the working folder."
        return [*findings, Finding("settings", State.BAD, str(error), advice)]
    said = f"valid; data in {settings.data_dir}, models in {settings.models_dir}"
    return [*findings, Finding("settings", State.GOOD, said), *(check(settings) for check in CHECKS)]
