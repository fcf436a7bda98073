"""The uploaded images as they are labelled one after another; a first label saves an image's prediction."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from dashboard.components.labelling.session import LabellingSession
from dashboard.components.save_button import Unsaved, store_once
from hwr_core.app import Prediction

SAVE = "upload_save"
"""Under which this page's predictions are saved, each once."""


@dataclass
class UploadSession(LabellingSession[Unsaved]):
    """The images of the Upload page that can be labelled, and what the user says of them."""

    def name_of(self, item: Unsaved) -> Hashable:
        """Its file, and how it was read: read otherwise, it is another prediction."""
        return item.name

    def prediction_of(self, item: Unsaved) -> Prediction:
        """What was read."""
        return item.prediction

    def stored_id(self, item: Unsaved) -> int:
        """The id of its prediction, saved now if it was not before. Raises HwrError."""
        return store_once(item, key=SAVE)

    def wait_for(self, items: Sequence[Unsaved], *, among: Sequence[Unsaved]) -> None:
        """Take these for what waits: the current one stays it, else the first without a label becomes it.

        `among`: all that the page has: nobody undoes the label of an image that is no longer there.
        """
        there = {each.name for each in among}
        taken = [pair for pair in zip(self.steps, self.times, strict=True) if pair[0].item.name in there]
        self.steps, self.times = [step for step, _ in taken], [time for _, time in taken]
        if [each.name for each in items] == [each.name for each in self.waiting]:
            return
        before = self.current
        self.waiting = [*items]
        self.place = next((place for place, each in enumerate(items) if self.label_of(each) is None), len(items))
        if before is not None:
            self.go_to(before)
