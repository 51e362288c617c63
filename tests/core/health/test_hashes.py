"""Hashes of how pictures look: the same for the same picture, turned with it."""

import numpy as np
import pytest
from PIL import Image
from scipy.fft import dctn

from explorer import paths
from explorer.core.health.hashes import (
    hash_picture,
    make_thumbnails,
    orient_hashes,
    perceptual_hashes,
)
from explorer.core.images.read import read_picture

PHOTOS = [
    np.asarray(Image.fromarray(read_picture(path).picture).resize((256, 192)))
    for path in paths.sample_pictures()
]


def test_the_perceptual_hash_has_the_signs_of_the_lowest_frequencies():
    thumbnails = make_thumbnails(np.stack(PHOTOS))
    for found, thumbnail in zip(perceptual_hashes(thumbnails), thumbnails, strict=True):
        signs = dctn(thumbnail.astype(float), norm="ortho")[:8, :8] > 0
        assert np.unpackbits(np.array([found]).view(np.uint8)).tolist() == signs.ravel().tolist()


def test_a_turned_or_mirrored_picture_has_a_turned_or_mirrored_hash():
    photo = PHOTOS[0]
    oriented = [
        np.ascontiguousarray(mirrored)
        for turned in (np.rot90(photo, number) for number in range(4))
        for mirrored in (turned, turned[:, ::-1])
    ]
    found = orient_hashes(perceptual_hashes(make_thumbnails(photo[None])))[:, 0]
    for picture in oriented:
        own = perceptual_hashes(make_thumbnails(picture[None]))[0]
        assert np.bitwise_count(found ^ own).min() <= 1  # rounding of the thumbnail
    assert len(set(found.tolist())) == 8


@pytest.mark.parametrize("quality", [95, 40])
def test_re_encoding_hardly_changes_hashes_and_other_photos_have_others(tmp_path, quality):
    hashes = [hash_picture(photo) for photo in PHOTOS]
    for photo, (difference, perceptual) in zip(PHOTOS, hashes, strict=True):
        Image.fromarray(photo).save(tmp_path / "photo.jpg", quality=quality)
        again = hash_picture(read_picture(tmp_path / "photo.jpg").picture)
        assert (difference ^ again[0]).bit_count() <= 4
        assert (perceptual ^ again[1]).bit_count() <= 4
    distances = [(one[1] ^ other[1]).bit_count() for one in hashes for other in hashes]
    assert sum(distance <= 8 for distance in distances) == len(PHOTOS)  # each with itself
