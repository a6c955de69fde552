"""A hotlist as a state's system drops it: a delimited text file that says who it is and how long it is.

Knows: the columns, the `#VERSION`, `#ISSUED` and `#END` lines, and the habit of printing the letter O as a zero.
Refuses to know: where the file goes, how often, and which cars are wanted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from twin.devices.things import Listing
from twin.devices.utc import iso

COLUMNS = ("plate", "state", "reason", "case", "make", "model", "color", "effective", "expires")
_ZERO_FOR_O = str.maketrans("O", "0")


def encode(
    listings: Sequence[Listing], version: str, issued_utc_us: int, epoch: int, *, zero_for_o: bool = True
) -> bytes:
    """The whole file, comma-delimited, quoted where needed, CR LF: `#VERSION,`, `#ISSUED,`, the header, a line a
    listing, and `#END,<count>`, whose absence says the file is not whole. `epoch` is the moment, in microseconds UTC,
    from which the listings count."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(("#VERSION", version))
    rows.writerow(("#ISSUED", iso(issued_utc_us)))
    rows.writerow(COLUMNS)
    rows.writerows(_row(listing, epoch, zero_for_o) for listing in listings)
    rows.writerow(("#END", len(listings)))
    return text.getvalue().encode()


def _row(listing: Listing, epoch: int, zero_for_o: bool) -> tuple[str, ...]:
    codes = (listing.plate.upper(), listing.make.upper(), listing.model.upper())
    plate, make, model = (code.translate(_ZERO_FOR_O) for code in codes) if zero_for_o else codes
    return (
        plate,
        listing.state,
        listing.reason,
        listing.case,
        make,
        model,
        listing.color.upper(),
        "" if listing.effective_us is None else iso(epoch + listing.effective_us),
        "" if listing.expires_us is None else iso(epoch + listing.expires_us),
    )
