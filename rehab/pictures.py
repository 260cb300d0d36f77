"""Pictures that a clinic adds to the catalogue: drawn anew from their pixels, so that nothing else rides along.

Where and by whom a photograph was taken, and whatever somebody hid behind its pixels, is not kept.
"""

from io import BytesIO

from PIL import Image, ImageOps

FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
MOST_PIXELS = 25_000_000  # more than a phone's camera takes; each is four bytes while it is drawn


class NoPicture(Exception):
    """The file is no picture of the format that its name says, or it is broken."""


class TooManyPixels(Exception):
    """The picture unfolds to more than MOST_PIXELS."""


def drawn_anew(file, ending):
    """Return the bytes of the same picture without anything but its pixels; ``ending`` is one of FORMATS."""
    try:
        with Image.open(file, formats=[FORMATS[ending]]) as found:
            if found.width * found.height > MOST_PIXELS:
                raise TooManyPixels
            upright = ImageOps.exif_transpose(found)  # how it is to be held stands beside the pixels
            mode = "RGBA" if upright.has_transparency_data and FORMATS[ending] != "JPEG" else "RGB"
            pixels = upright.convert(mode)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NoPicture from error
    drawn, kept = BytesIO(), Image.frombytes(mode, pixels.size, pixels.tobytes())
    kept.save(drawn, FORMATS[ending], quality=85)
    return drawn.getvalue()
