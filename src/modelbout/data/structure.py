"""Is delimited text sound? Fields per record, quotes and NUL bytes, checked on whole arrays of bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from modelbout.errors import DataError, Place, Problem

if TYPE_CHECKING:
    from typing import NoReturn

    from numpy.typing import NDArray

_QUOTE: Final = ord('"')
_NEWLINE: Final = ord("\n")
_RETURN: Final = ord("\r")


class Structure:
    """Takes a file's UTF-8 text piece by piece and refuses the first record that a parser would bend into shape.

    Polars fills short records with nulls and, in some versions, joins or drops what follows a stray quote. Both would
    be silent, so the text is judged here, by RFC 4180, before it is parsed.
    """

    def __init__(self, *, fields: int, delimiter: str, shown: str) -> None:
        # Whether so far there was no quote and no blank behind a delimiter or a line end.
        self.plain = True
        self._fields = fields
        self._delimiter = ord(delimiter)
        self._shown = shown
        self._line = 1
        self._record_line = 1
        self._delimiters = 0
        self._quoted = False
        self._quote_line = 1
        self._previous = _NEWLINE
        self._closed_before = False
        self._blank: int | None = None
        self._held = b""

    @property
    def lines(self) -> int:
        """The lines that began so far, blank ones and those inside quotes among them."""
        return self._line

    def feed(self, chunk: bytes) -> None:
        """Check the next piece of the text.

        Raises:
            DataError: at the first fault, with its line.
        """
        chunk = self._held + chunk
        # A carriage return at the end waits for what follows: together they are one line end.
        self._held = b"\r" if chunk.endswith(b"\r") else b""
        if not chunk.removesuffix(self._held):
            return
        self._check(chunk.removesuffix(self._held))

    def _check(self, chunk: bytes) -> None:
        self._refuse_nul(chunk)
        if self._is_plain(chunk):
            return
        self.plain = False
        data = np.frombuffer(chunk, dtype=np.uint8)
        newlines = data == _NEWLINE
        delimiters = data == self._delimiter
        quotes = np.flatnonzero(data == _QUOTE)
        if quotes.size or self._quoted or self._closed_before:
            outside = self._check_quotes(data, quotes)
            breaks = np.flatnonzero(newlines & outside)
            splits = np.flatnonzero(delimiters & outside)
        else:
            breaks, splits = np.flatnonzero(newlines), np.flatnonzero(delimiters)
        self._check_records(data, np.flatnonzero(newlines), breaks, splits)
        self._line += int(newlines.sum())
        self._previous = int(data[-1])

    def _is_plain(self, chunk: bytes) -> bool:
        """Take a piece without quotes and blank lines whose every line end comes after the right number of fields.

        That is nearly every piece of nearly every file, and needs few looks at each byte.
        """
        strange = self._quoted or self._closed_before or self._blank is not None or self._delimiters >= self._fields
        if strange or self._fields == 1 or b'"' in chunk:
            return False
        data = np.frombuffer(chunk, dtype=np.uint8)
        ends, marks = data == _NEWLINE, data == self._delimiter
        breaks = np.flatnonzero(ends)
        before = _counted_before(marks, breaks) + self._delimiters
        each = self._fields - 1
        if not np.array_equal(before, np.arange(1, breaks.size + 1) * each):
            return False
        self.plain = self.plain and not self._has_leading_blank(chunk, data, marks | ends)
        self._delimiters += int(np.count_nonzero(marks)) - breaks.size * each
        self._line += breaks.size
        if breaks.size:
            self._record_line = self._line
        self._previous = chunk[-1]
        return True

    def _has_leading_blank(self, chunk: bytes, data: NDArray[np.uint8], marks: NDArray[np.bool_]) -> bool:
        """Tell whether a blank or a tab stands directly behind a delimiter or a line end, which ``marks`` are."""
        if self._previous in (self._delimiter, _NEWLINE) and chunk[:1] in (b" ", b"\t"):
            return True
        blanks = [data == blank for blank in b" \t" if blank in chunk]
        return any(bool((marks[:-1] & blank[1:]).any()) for blank in blanks)

    def close(self) -> bool:
        """Check the end of the text and return whether blank lines stand there.

        Raises:
            DataError: a quote is still open, or the last record, without a line end, has the wrong number of fields.
        """
        if self._held:
            self._check(self._held)
        if self._quoted:
            self._refuse(
                self._quote_line,
                "a quote is opened here and never closed",
                "close the quote, or double it inside a value",
            )
        if self._previous != _NEWLINE:
            if self._delimiters + 1 != self._fields:
                self._refuse_width(self._record_line, self._delimiters + 1)
            if self._blank is not None:
                self._refuse_blank(self._blank)
        return self._blank is not None

    def _refuse_nul(self, chunk: bytes) -> None:
        at = chunk.find(0)
        if at >= 0:
            self._refuse(
                self._line + chunk.count(b"\n", 0, at),
                "a NUL byte",
                "the file is binary, or UTF-16 without a mark: save it as UTF-8 text",
            )

    def _check_quotes(self, data: NDArray[np.uint8], quotes: NDArray[np.intp]) -> NDArray[np.bool_]:
        opening = (np.arange(quotes.size) % 2 == 0) ^ self._quoted
        before = np.where(quotes > 0, data[quotes - 1], self._previous)
        fine = np.isin(before, (self._delimiter, _NEWLINE)) | ~opening | self._after_closing(quotes, opening)
        if not fine.all():
            self._refuse_quote(data, int(quotes[np.argmin(fine)]))
        after = quotes[~opening] + 1
        inside = after[after < data.size]
        good = np.isin(data[inside], (self._delimiter, _NEWLINE, _RETURN, _QUOTE))
        if self._closed_before and int(data[0]) not in (self._delimiter, _NEWLINE, _RETURN, _QUOTE):
            self._refuse_quote(data, 0)
        if not good.all():
            self._refuse_quote(data, int(inside[np.argmin(good)]))
        parity = np.zeros(data.size, dtype=np.uint8)
        parity[quotes] = 1
        np.bitwise_xor.accumulate(parity, out=parity)
        outside: NDArray[np.bool_] = parity == (1 if self._quoted else 0)
        self._closed_before = bool(after.size and after[-1] == data.size)
        if quotes.size:
            self._quoted = bool(opening[-1])
            if self._quoted:
                self._quote_line = self._line + int((data[: quotes[-1]] == _NEWLINE).sum())
        return outside

    def _after_closing(self, quotes: NDArray[np.intp], opening: NDArray[np.bool_]) -> NDArray[np.bool_]:
        # An opening quote directly behind a closing one is a doubled quote inside a value.
        adjacent = np.empty(quotes.size, dtype=np.bool_)
        if quotes.size:
            adjacent[0] = quotes[0] == 0 and self._closed_before
            adjacent[1:] = (np.diff(quotes) == 1) & ~opening[:-1]
        return adjacent

    def _check_records(
        self,
        data: NDArray[np.uint8],
        newlines: NDArray[np.intp],
        breaks: NDArray[np.intp],
        splits: NDArray[np.intp],
    ) -> None:
        if not breaks.size:
            self._delimiters += int(splits.size)
            return
        before = np.searchsorted(splits, breaks)
        counts = np.diff(before, prepend=0)
        counts[0] += self._delimiters
        starts = np.concatenate([np.zeros(1, dtype=np.intp), breaks[:-1] + 1])
        if self._fields > 1:
            self._check_blank(data, newlines, breaks, starts)
        wrong = counts + 1 != self._fields
        if self._fields > 1:
            wrong &= ~self._blank_records(data, breaks, starts)
        if wrong.any():
            record = int(np.argmax(wrong))
            self._refuse_width(self._line_of(newlines, starts, record), int(counts[record]) + 1)
        self._delimiters = int(splits.size - before[-1])
        self._record_line = self._line + int(np.searchsorted(newlines, breaks[-1], side="right"))

    def _blank_records(
        self, data: NDArray[np.uint8], breaks: NDArray[np.intp], starts: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        length = breaks - starts
        blank: NDArray[np.bool_] = (length == 0) | ((length == 1) & (data[starts] == _RETURN))
        if blank[0] and self._previous != _NEWLINE:
            blank[0] = False  # the record began in the piece before
        return blank

    def _check_blank(
        self,
        data: NDArray[np.uint8],
        newlines: NDArray[np.intp],
        breaks: NDArray[np.intp],
        starts: NDArray[np.intp],
    ) -> None:
        blank = self._blank_records(data, breaks, starts)
        full = np.flatnonzero(~blank)
        if self._blank is not None and full.size:
            self._refuse_blank(self._blank)
        if not blank.any():
            return
        first = int(np.argmax(blank))
        line = self._line_of(newlines, starts, first)
        if full.size and full[-1] > first:
            self._refuse_blank(line)
        if self._blank is None:
            self._blank = line

    def _line_of(self, newlines: NDArray[np.intp], starts: NDArray[np.intp], record: int) -> int:
        if record == 0:
            return self._record_line
        return self._line + int(np.searchsorted(newlines, starts[record]))

    def _refuse_width(self, line: int, found: int) -> NoReturn:
        self._refuse(
            line,
            f"this record has {found} field{'' if found == 1 else 's'}, the header has {self._fields}",
            "quote values that hold the delimiter or a line end, and fill the fields that are missing",
        )

    def _refuse_blank(self, line: int) -> NoReturn:
        self._refuse(line, "a blank line between the records", "delete the line")

    def _refuse_quote(self, data: NDArray[np.uint8], at: int) -> NoReturn:
        self._refuse(
            self._line + int((data[:at] == _NEWLINE).sum()),
            "a quote in the middle of a value",
            'put the whole value in quotes and double the quotes inside it: "5"" pipe"',
        )

    def _refuse(self, line: int, found: str, fix: str) -> NoReturn:
        raise DataError(Problem(found=found, fix=fix, place=Place(file=self._shown, line=line)))


def _counted_before(marks: NDArray[np.bool_], places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return how many marks stand before each place, none of which is a mark itself."""
    # Eight bytes in one: to add up every byte took longer than all else.
    packed = np.packbits(marks, bitorder="little")
    upto = np.cumsum(np.bitwise_count(packed), dtype=np.intp)
    octets = places >> 3
    after = packed[octets] >> (places & 7).astype(np.uint8)
    counted: NDArray[np.intp] = upto[octets] - np.bitwise_count(after)
    return counted
