"""Reproducible zip archives: the same files give the same bytes on every machine."""

import zipfile


def write_zip(path, members):
    """Write ``members`` ({name in the archive: bytes}) to ``path``, in order of their names.

    Members are not compressed, because builds of zlib differ in the bytes they write.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            archive.writestr(info, members[name])
