"""A dataset that its publisher offers as one archive, and where it is kept."""

from dataclasses import dataclass
from pathlib import Path

SOURCE_NAME = "SOURCE.txt"


@dataclass(frozen=True)
class PublicDataset:
    """A dataset as an archive in the web.

    Attributes
    ----------
    name : str
        For a person; its folder is called so, too.
    publisher : str
    url : str
        Of a zip file.
    archive_bytes : int
        How large the archive is.
    unpacked_bytes : int
        About how large that is which is in it.
    sha256 : str
        Of the archive, in hexadecimal digits.
    pictures : str
        What is in it: "25,000 photos".
    """

    name: str
    publisher: str
    url: str
    archive_bytes: int
    unpacked_bytes: int
    sha256: str
    pictures: str

    def folder(self, datasets: Path) -> Path:
        """Return where it is once it is complete."""
        return datasets / self.name.replace(".", "")

    def archive(self, datasets: Path) -> Path:
        """Return where the archive is while it is not unpacked."""
        return datasets / f"{self.folder(datasets).name}.zip"

    def is_there(self, datasets: Path) -> bool:
        """Return whether it is there, complete."""
        return (self.folder(datasets) / SOURCE_NAME).is_file()


CATS_VS_DOGS = PublicDataset(
    name="Cats vs. Dogs",
    publisher="Microsoft",
    url="https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/"
    "kagglecatsanddogs_5340.zip",
    archive_bytes=824_887_076,
    unpacked_bytes=900_000_000,
    # As TensorFlow Datasets and others check it, too.
    sha256="b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9",
    pictures="25,000 photos of cats and dogs",
)
