"""A partner's picture becomes a PNG of 96 × 96 pixels, and nothing of the original file remains."""

import io
import warnings

from PIL import Image, ImageOps

from sanderling.lib.errors import Invalid

SIDE = 96
LARGEST = 1024 * 1024
MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "GIF", "PNG")


def cropped(picture: bytes) -> bytes:
    """Return the middle of a picture as PNG; raises Invalid when it is none, or too large."""
    if len(picture) > LARGEST:
        raise Invalid(problems={"logo": ["The file is larger than 1 MB."]})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _cropped(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning) as error:
        raise Invalid(problems={"logo": ["Choose a JPG, GIF or PNG picture."]}) from error


def _cropped(picture: bytes) -> bytes:
    with Image.open(io.BytesIO(picture), formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        fitted = ImageOps.fit(ImageOps.exif_transpose(image).convert("RGBA"), (SIDE, SIDE))
    written = io.BytesIO()
    fitted.save(written, "PNG")
    return written.getvalue()
