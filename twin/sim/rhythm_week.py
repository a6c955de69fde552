"""When in the week people call: by hour of the week, for four groups of matters.

Knows: four curves of 7 times 24 hours, and how a scenario's clock falls on them.
Refuses to know: how many calls there are, and what about.

The curves are those of a city that published what its police were called to in 2019 (Detroit, 258,786 calls; digitised
from a figure, smoothed by neighbouring hours and rounded): verified there, an assumption for this parish.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

HOUR_US = 3_600_000_000

WEEK = {
    # Monday to Sunday, hours 0 to 23, hundredths of the mean
    "law": (
        "121 109 93 79 64 50 43 47 58 71 81 89 98 104 106 111 121 127 127 124 122 124 127 125",
        "118 108 93 75 62 51 45 49 60 74 84 90 97 104 109 115 121 127 128 125 124 128 131 126",
        "117 104 88 75 61 48 42 47 58 71 82 88 93 101 104 107 117 124 126 125 123 124 128 125",
        "118 110 96 80 63 50 46 49 60 73 83 91 98 104 104 106 115 125 126 123 123 124 125 125",
        "122 112 99 84 67 53 47 50 60 73 87 97 103 106 106 109 119 128 131 129 125 129 136 139",
        "138 138 135 120 98 77 61 54 58 70 82 94 104 110 110 111 117 126 130 126 122 130 140 143",
        "145 143 137 126 104 79 59 49 50 59 72 84 96 106 116 121 122 122 122 120 119 124 131 130",
    ),
    "traffic": (
        "85 76 66 59 54 51 57 76 96 111 109 103 104 104 107 125 148 159 145 120 103 94 87 79",
        "70 61 58 54 50 48 50 66 101 125 117 95 88 94 109 134 149 148 138 115 95 92 87 75",
        "66 63 63 58 53 54 62 81 114 131 123 109 104 105 110 132 153 156 147 125 103 92 90 85",
        "76 69 62 52 46 45 53 73 99 110 107 103 101 104 113 131 154 165 155 130 106 95 93 89",
        "79 71 67 63 58 52 55 74 97 108 112 110 111 115 122 146 177 181 163 141 119 114 123 125",
        "114 109 105 93 80 69 63 63 69 85 99 104 106 110 111 117 138 146 139 131 122 128 139 134",
        "123 113 108 106 96 81 66 61 67 76 86 91 94 99 104 112 117 115 116 120 119 118 113 98",
    ),
    "health": (
        "93 81 74 69 65 61 58 60 70 84 96 103 104 114 125 132 140 139 138 132 116 116 115 99",
        "86 78 70 65 62 62 61 59 65 77 93 109 120 126 129 136 146 147 139 128 124 125 121 118",
        "108 91 80 72 68 62 54 58 70 85 108 126 126 121 121 125 132 136 135 129 125 126 117 104",
        "99 90 75 67 62 59 57 60 69 84 97 104 108 116 124 129 136 141 137 131 131 130 121 102",
        "82 76 76 70 63 60 61 64 73 87 96 104 116 120 121 129 136 137 139 129 109 112 122 117",
        "108 99 87 77 71 67 64 62 68 76 83 98 113 119 112 105 116 127 123 117 121 124 120 113",
        "103 96 90 81 73 65 61 61 64 72 86 97 95 99 110 110 112 112 116 127 129 121 113 105",
    ),
    "community": (
        "97 89 74 67 70 85 130 157 127 99 98 98 94 96 102 110 122 130 128 115 107 120 132 122",
        "103 88 73 64 63 73 127 170 128 81 77 86 99 104 102 105 117 128 128 118 113 118 119 114",
        "101 87 74 66 66 84 141 180 137 90 88 92 87 88 88 86 98 115 125 119 106 106 110 102",
        "92 88 81 70 67 83 130 153 115 84 84 89 92 91 90 99 112 122 128 130 123 121 122 114",
        "106 97 82 75 73 81 124 158 131 97 91 92 93 92 86 91 115 136 130 113 106 108 114 113",
        "102 92 82 72 69 65 61 67 78 93 105 99 96 103 108 104 99 103 104 101 101 100 94 86",
        "85 83 72 61 60 62 64 70 78 82 87 97 103 103 101 99 104 111 108 99 99 105 102 97",
    ),
}


def by_week(start: datetime, group: str) -> Callable[[int], float]:
    """The rate factor of a group at a moment since `start` (local time, microseconds), 1 on average over a week."""
    hours = [int(word) for day in WEEK[group] for word in day.split()]
    mean = sum(hours) / len(hours)
    first = start.replace(minute=0, second=0, microsecond=0)
    before = first.weekday() * 24 + first.hour
    into_us = (start - first) // timedelta(microseconds=1)

    def factor(now_us: int) -> float:
        return hours[(before + (into_us + now_us) // HOUR_US) % len(hours)] / mean

    return factor
