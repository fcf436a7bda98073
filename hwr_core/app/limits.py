"""How large an image file may be, as the settings say."""

from hwr_core.images.decode import Limits
from hwr_core.settings import Settings


def limits_of(settings: Settings) -> Limits:
    """Return the limits on image files and documents. Settings stand below images, so they cannot say it themselves."""
    return Limits(settings.max_image_bytes, settings.max_image_pixels, settings.max_document_pages)
