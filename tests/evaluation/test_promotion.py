"""Which version is served: promoted past the gate, rolled back, and every change in the log."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from hwr_core.errors import Conflict, HwrError, InvalidValue, ModelUnavailable, PromotionRefused
from hwr_core.evaluation.compare import Comparison
from hwr_core.evaluation.evaluate import Evaluation, evaluate
from hwr_core.evaluation.gate import far_worse, is_worse
from hwr_core.evaluation.promotion import Promotions
from hwr_core.evaluation.suites import SUITES
from hwr_core.registry.pointers import LOG
from hwr_core.registry.registry import LITERT, Registry
from tests.evaluation.conftest import champion, own_images, places, registry, worse_copy  # noqa: F401  fixtures

GATES = ["custom"]


@pytest.fixture
def promotions(registry):  # noqa: F811
    """The promotions of a registry with the shipped version."""
    return Promotions(registry)


@pytest.fixture
def twin(registry, champion):  # noqa: F811
    """A version that gives the same predictions as the champion."""
    card = champion.card.model_copy(update={"parameters": 2})
    return registry.publish(card, {LITERT: champion.read_file(LITERT)})


def measured(places, *versions):  # noqa: F811
    """Evaluate versions on the suite of the gate."""
    for version in versions:
        evaluate(version, SUITES["custom"], places)


def test_a_version_that_is_as_good_is_promoted(promotions, registry, champion, twin, places):  # noqa: F811
    """It is served at once, and the log says who, why and on what figures."""
    measured(places, champion, twin)
    entry = promotions.promote(twin, GATES, who="Ada", reason="smaller")
    assert registry.champion() == twin
    assert (entry.who, entry.old, entry.new, entry.reason, entry.forced) == (
        "Ada",
        champion.name,
        twin.name,
        "smaller",
        False,
    )
    assert entry.figures["custom"]["right"] == entry.figures["custom"]["champion_right"]
    assert promotions.log() == [entry]


def test_a_worse_version_is_refused_and_may_be_forced(promotions, registry, champion, places):  # noqa: F811
    """The refusal names suite and figures; forcing needs a reason, which is logged."""
    worse = worse_copy(registry)
    measured(places, champion, worse)
    with pytest.raises(PromotionRefused, match=r"On 'custom' it reads 0 of \d+ right, the champion \d+ \(p < 0.001\)"):
        promotions.promote(worse, GATES, who="Ada")
    with pytest.raises(InvalidValue, match="needs a reason"):
        promotions.promote(worse, GATES, who="Ada", force=True, reason="  ")
    assert registry.champion() == champion
    assert promotions.promote(worse, GATES, who="Ada", force=True, reason="a trial").forced
    assert registry.champion() == worse


def test_only_a_version_far_worse_is_no_rival(promotions, registry, champion, twin, places):  # noqa: F811
    """One that rejects everything is told from one that is as good, on the figures of the gate."""
    worse = worse_copy(registry)
    measured(places, champion, twin, worse)
    assert far_worse(promotions.gate(twin, GATES)) == ()
    [objection] = far_worse(promotions.gate(worse, GATES))
    assert "On 'custom' it reads 0 of" in objection


def test_a_version_nobody_measured_is_refused(promotions, registry, champion, twin, places):  # noqa: F811
    """Without figures on the same images nobody can say that it is no worse; nor without any images."""
    measured(places, champion)
    with pytest.raises(PromotionRefused, match="have not been evaluated on the same images of 'custom'"):
        promotions.promote(twin, GATES, who="Ada")
    with pytest.raises(PromotionRefused, match="no data set here"):
        promotions.promote(twin, [], who="Ada")
    assert promotions.log() == []


def test_rolling_back_goes_the_whole_way(promotions, registry, champion, twin):  # noqa: F811
    """Each step back serves the version before, until there is none; it does not swing to and fro."""
    worse = worse_copy(registry)
    for version in (twin, worse):
        promotions.promote(version, GATES, who="Ada", force=True, reason="x")
    for expected in (twin, champion):
        assert promotions.roll_back(who="Bob").new == expected.name
        assert registry.champion() == expected
    with pytest.raises(Conflict, match="nothing to roll back to"):
        promotions.roll_back(who="Bob")


def test_a_damaged_version_is_never_served(promotions, registry, champion, twin):  # noqa: F811
    """No force helps where the file is not what was published; nor is a damaged one rolled back to."""
    promotions.promote(twin, GATES, who="Ada", force=True, reason="x")
    (champion.folder / LITERT).write_bytes(b"torn")
    with pytest.raises(ModelUnavailable, match="damaged"):
        promotions.roll_back(who="Ada")
    with pytest.raises(ModelUnavailable, match="damaged"):
        promotions.promote(champion, GATES, who="Ada", force=True, reason="x")
    assert registry.champion() == twin


def test_where_nothing_is_served_anything_may_be(promotions, registry, champion, tmp_path):  # noqa: F811
    """The first version of a new folder needs no champion to be compared with."""
    other = Registry(tmp_path / "other")
    first = other.publish(champion.card, {LITERT: champion.read_file(LITERT)})
    assert Promotions(other).promote(first, GATES, who="Ada").old is None
    assert other.champion() == first


def test_two_promotions_at_once_happen_one_after_the_other(promotions, registry, champion, twin):  # noqa: F811
    """Whatever the order, the log tells the way that was gone, without a gap."""
    versions = [twin, worse_copy(registry)]

    def promote(turn: int) -> None:
        try:
            promotions.promote(versions[turn % 2], GATES, who="Ada", force=True, reason="x")
        except Conflict:
            pass  # it was served already

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(promote, range(24)))
    entries = promotions.log()[::-1]
    assert entries[0].old == champion.name
    assert [entry.old for entry in entries[1:]] == [entry.new for entry in entries[:-1]]
    assert entries[-1].new == registry.champion_name()


def test_a_retired_version_is_not_promoted(promotions, registry, champion, twin):  # noqa: F811
    """Until it is restored; the champion cannot be retired."""
    promotions.challenge(twin, who="Ada")
    promotions.retire(twin, who="Ada", reason="old")
    assert registry.challenger_name() is None
    for act in (
        lambda: promotions.promote(twin, GATES, who="A", force=True, reason="x"),
        lambda: promotions.challenge(twin, who="A"),
    ):
        with pytest.raises(HwrError, match="retired"):
            act()
    promotions.restore(twin, who="Ada")
    promotions.promote(twin, GATES, who="Ada", force=True, reason="x")
    with pytest.raises(Conflict, match="promote another"):
        promotions.retire(twin, who="Ada")
    assert [entry.action for entry in promotions.log()] == ["promote", "restore", "retire", "challenge"]


def test_the_challenger_that_is_promoted_is_no_challenger_any_more(promotions, registry, champion, twin):  # noqa: F811
    """A champion cannot challenge itself."""
    promotions.challenge(twin, who="Ada")
    assert registry.challenger_name() == twin.name
    promotions.promote(twin, GATES, who="Ada", force=True, reason="x")
    assert registry.challenger_name() is None
    with pytest.raises(Conflict, match="cannot challenge itself"):
        promotions.challenge(twin, who="Ada")


@pytest.mark.parametrize("reason", ["x" * 501, "half a character \ud800"])
def test_a_reason_that_cannot_be_written_is_refused(promotions, registry, champion, twin, reason):  # noqa: F811
    """Before anything is done."""
    for act in (promotions.retire, promotions.restore, promotions.challenge):
        with pytest.raises(InvalidValue, match="The reason"):
            act(twin, who="Ada", reason=reason)
    assert promotions.log() == []


def test_a_torn_line_of_the_log_hides_no_other(promotions, registry, champion, twin):  # noqa: F811
    """A line that a power cut left incomplete is skipped."""
    promotions.promote(twin, GATES, who="Ada", force=True, reason="x")
    with (registry.folder / LOG).open("ab") as stream:
        stream.write(b'{"at": "2026-')
    assert [entry.new for entry in promotions.log()] == [twin.name]


def test_the_level_of_significance_is_divided_among_the_suites():
    """2 against 10 images that only one got right are too many on one suite (p = 0.039), and chance on one of five."""
    found = Comparison("custom", *[Evaluation.model_construct()] * 2, only_one=10, only_other=2, differences=())
    assert is_worse(found, among=1)
    assert not is_worse(found, among=5)
