"""Threads that know the context of whoever gives them work."""

from contextvars import ContextVar

from hwr_core.recognition.threads import Threads

name: ContextVar[str] = ContextVar("name", default="nobody")


def test_work_sees_the_variables_of_its_submitter() -> None:
    """As they were when it was handed in, whichever thread does it; what the work sets stays its own."""

    def work(suffix: str) -> str:
        found = name.get() + suffix
        name.set("the work")
        return found

    with Threads(2) as threads:
        name.set("Ada")
        first = threads.submit(work, suffix=" 1")
        name.set("Grace")
        assert list(threads.map(work, [" 2", " 3", " 4"])) == ["Grace 2", "Grace 3", "Grace 4"]
        assert first.result() == "Ada 1"
    assert name.get() == "Grace"
