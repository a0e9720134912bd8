"""A photo, as a phone saves it and as a learner uploads it in the browser."""

from io import BytesIO

import skimage.data
from PIL import Image
from playwright.sync_api import FilePayload

from tests.support.stage_driver import Stage

_ORIENTATION = 0x0112


def upright_photo() -> Image.Image:
    """A photo, wider than high, as it should be seen."""
    return Image.fromarray(skimage.data.chelsea())


def as_a_phone_saves_it(photo: Image.Image) -> bytes:
    """JPEG bytes whose pixels lie on their side, with the note to turn them clockwise."""
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    buffer = BytesIO()
    photo.transpose(Image.Transpose.ROTATE_90).save(buffer, "JPEG", quality=95, exif=exif)
    return buffer.getvalue()


def upload_photo(stage: Stage, name: str, data: bytes) -> None:
    """Upload a file as the learner's own photo."""
    stage.page.get_by_role("tab", name="Your own photo").click()
    file: FilePayload = {"name": name, "mimeType": "image/png", "buffer": data}
    stage.page.locator('input[type="file"]').set_input_files(file)


def wait_for_photo(stage: Stage) -> None:
    """Wait until the photo is the picture."""
    stage.wait_for_link(picture="photo")
    stage.wait_until_run()
