"""Prints Chile's national and bank holidays of 2000-2100 as the PyPI library `holidays` has them."""

import csv
import sys

import holidays

writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(["date", "category", "name"])
for year in range(2000, 2101):
    rows = []
    for category in ("public", "bank"):
        calendar = holidays.Chile(years=year, language="es", categories=(category,))
        rows += [(day.isoformat(), category, name) for day, name in calendar.items()]
    writer.writerows(sorted(rows))
