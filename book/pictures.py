"""Pictures in few colours: a third of the bytes that matplotlib writes, with no visible difference."""

from __future__ import annotations

import base64
import io

from PIL import Image

COLOURS = 256
REFINED = 5000
"""K-means ends when so few pixels change their colour in a round; without it, small marks lose theirs."""


def few_coloured(picture: Image.Image) -> Image.Image | None:
    """The picture with a palette of `COLOURS`; None if a part of it is transparent."""
    if picture.mode == "P":
        return picture.copy()
    opaque = picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255)
    if picture.mode != "RGB" and not opaque:
        return None
    rgb = picture.convert("RGB")
    return rgb.quantize(COLOURS, Image.Quantize.MEDIANCUT, kmeans=REFINED, dither=Image.Dither.NONE)


def lighter(png: str) -> str:
    """A PNG in base64, as notebooks hold it, in few colours; as it is if that is shorter, or transparent."""
    with Image.open(io.BytesIO(base64.b64decode(png))) as picture:
        few = None if picture.mode == "P" else few_coloured(picture)
    if few is None:
        return png
    written = io.BytesIO()
    few.save(written, format="PNG", optimize=True)
    return min(png, base64.b64encode(written.getvalue()).decode(), key=len)
