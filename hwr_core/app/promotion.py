"""Which model version serves: promotions and what comes before and after them, each in the name of a user."""

from hwr_core.app.data_sets import DataSets
from hwr_core.errors import ModelUnavailable
from hwr_core.evaluation.gate import Gate
from hwr_core.evaluation.promotion import Promotions
from hwr_core.evaluation.promotion_log import Entry
from hwr_core.evaluation.suites import gate_suites
from hwr_core.notes import Notes, notes_of
from hwr_core.records.users import DEFAULT_USER, Users
from hwr_core.registry.registry import Registry


class Promotion:
    """The use cases of model versions. Safe to use from many threads."""

    def __init__(self, registry: Registry, users: Users, data: DataSets) -> None:
        self._registry = registry
        self._users = users
        self._data = data
        self.promotions = Promotions(registry)

    def gate(self, version: str) -> Gate:
        """Return how a version compares with the champion on the suites that a promotion rests on. Raises NotFound."""
        return self.promotions.gate(self._registry.get(version), gate_suites(self._data.places))

    def promote(self, version: str, *, user_id: int = DEFAULT_USER, reason: str = "", force: bool = False) -> Entry:
        """Make a version the champion. Raises NotFound, UserNotFound and what `Promotions.promote` raises."""
        who = self._name_of(user_id)
        suites = gate_suites(self._data.places)
        return self.promotions.promote(self._registry.get(version), suites, who=who, reason=reason, force=force)

    def roll_back(self, *, user_id: int = DEFAULT_USER, reason: str = "") -> Entry:
        """Make the last champion the champion again. Raises what `Promotions.roll_back` raises."""
        return self.promotions.roll_back(who=self._name_of(user_id), reason=reason)

    def challenge(self, version: str, *, user_id: int = DEFAULT_USER, reason: str = "") -> Entry:
        """Make a version the challenger. Raises NotFound and Conflict."""
        who = self._name_of(user_id)
        return self.promotions.challenge(self._registry.get(version), who=who, reason=reason)

    def retire(self, version: str, *, user_id: int = DEFAULT_USER, reason: str = "") -> Entry:
        """Keep a version from being promoted. Raises NotFound and Conflict."""
        who = self._name_of(user_id)
        return self.promotions.retire(self._registry.get(version), who=who, reason=reason)

    def restore(self, version: str, *, user_id: int = DEFAULT_USER, reason: str = "") -> Entry:
        """Allow a retired version to be promoted again. Raises NotFound."""
        who = self._name_of(user_id)
        return self.promotions.restore(self._registry.get(version), who=who, reason=reason)

    def describe(self, version: str, title: str = "", tags: tuple[str, ...] = (), text: str = "") -> Notes:
        """Replace what people say of a version. Raises NotFound, InvalidValue and ModelUnavailable."""
        notes = notes_of(title, tags, text)
        self._registry.describe(self._registry.get(version), notes)
        return notes

    def aliases(self) -> dict[str, list[str]]:
        """Return the aliases of each version that has some: champion, challenger, retired."""
        found: dict[str, list[str]] = {}
        for alias, name in (("champion", self._champion_name()), ("challenger", self._registry.challenger_name())):
            if name:
                found.setdefault(name, []).append(alias)
        for version in self._registry.versions():
            if version.is_retired:
                found.setdefault(version.name, []).append("retired")
        return found

    def _champion_name(self) -> str | None:
        try:
            return self._registry.champion_name()
        except ModelUnavailable:
            return None

    def _name_of(self, user_id: int) -> str:
        return self._users.get(user_id).username
