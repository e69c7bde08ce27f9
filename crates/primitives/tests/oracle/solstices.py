"""Prints the June solstices of 2022-2100 in UTC as the ephemeris library `ephem` has them."""

import csv
import sys

import ephem

writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(["instant"])
for year in range(2022, 2101):
    instant = ephem.next_summer_solstice(str(year)).datetime()
    writer.writerow([instant.strftime("%Y-%m-%dT%H:%M:00Z")])
