//! The two tables of `ARCHITECTURE.md` that say who may depend on what.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::finding::line_of;

pub const FILE: &str = "ARCHITECTURE.md";

/// A row of the table under `## Rooms`.
#[derive(Debug)]
pub struct Room {
    pub name: String,
    pub may_depend_on: BTreeSet<String>,
    pub in_tests_also: BTreeSet<String>,
    pub line: usize,
}

#[derive(Debug)]
pub struct House {
    pub rooms: Vec<Room>,
    /// Third-party crate to the rooms that may name it.
    pub fences: BTreeMap<String, BTreeSet<String>>,
}

impl House {
    pub fn parse(text: &str) -> Result<Self> {
        let rooms = rows_under(text, "Rooms")?
            .into_iter()
            .map(Row::into_room)
            .collect::<Result<Vec<_>>>()?;
        let mut fences = BTreeMap::new();
        for row in rows_under(text, "Fenced crates")? {
            let only_in = row.names("only in")?;
            for fenced in row.names("third-party crate")? {
                fences.insert(fenced, only_in.clone());
            }
        }
        Ok(Self { rooms, fences })
    }

    /// The rooms that `room` reaches through what it may depend on, itself among them.
    pub fn reach(&self, room: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open = vec![room];
        while let Some(next) = open.pop() {
            if let Some(room) = self.rooms.iter().find(|room| room.name == next)
                && reached.insert(room.name.as_str())
            {
                open.extend(room.may_depend_on.iter().map(String::as_str));
            }
        }
        reached
    }
}

/// A table's row: column heading to the names that stand in code quotes in its cell.
struct Row {
    cells: BTreeMap<String, BTreeSet<String>>,
    line: usize,
}

impl Row {
    fn names(&self, column: &str) -> Result<BTreeSet<String>> {
        self.cells
            .get(column)
            .cloned()
            .with_context(|| format!("{FILE}:{}: the table has no column `{column}`", self.line))
    }

    fn into_room(self) -> Result<Room> {
        let names = self.names("crate")?;
        ensure!(names.len() == 1, "{FILE}:{}: one room a row, in code quotes", self.line);
        Ok(Room {
            name: names.into_iter().next().expect("the length is one"),
            may_depend_on: self.cells.get("may depend on").cloned().unwrap_or_default(),
            in_tests_also: self.cells.get("in tests also").cloned().unwrap_or_default(),
            line: self.line,
        })
    }
}

/// The rows of the first table that follows `heading`.
fn rows_under(text: &str, heading: &str) -> Result<Vec<Row>> {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
    let mut under = events
        .skip_while(|(event, _)| !matches!(event, Event::Text(title) if **title == *heading))
        .skip_while(|(event, _)| !matches!(event, Event::Start(Tag::Table(_))))
        .take_while(|(event, _)| !matches!(event, Event::End(TagEnd::Table)));
    let mut headings: Vec<String> = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    let mut column = 0;
    for (event, range) in &mut under {
        match event {
            Event::Start(Tag::TableRow) => {
                column = 0;
                rows.push(Row { cells: BTreeMap::new(), line: line_of(text, range.start) });
            }
            Event::Text(title) if rows.is_empty() => headings.push(title.to_string()),
            Event::Start(Tag::TableCell) => {
                if let (Some(row), Some(title)) = (rows.last_mut(), headings.get(column)) {
                    row.cells.entry(title.clone()).or_default();
                }
            }
            Event::Code(name) => {
                if let (Some(row), Some(title)) = (rows.last_mut(), headings.get(column)) {
                    row.cells.entry(title.clone()).or_default().insert(name.to_string());
                }
            }
            Event::End(TagEnd::TableCell) => column += 1,
            _ => {}
        }
    }
    ensure!(!rows.is_empty(), "{FILE}: there is no table under the heading `{heading}`");
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# House

## Rooms

Words.

| crate | holds | may depend on | in tests also |
|---|---|---|---|
| `low` | `Rut` | | |
| `mid` | x | `low` | `kit` |
| `top` | x | `mid` | |

### Fenced crates

| third-party crate | only in | so that |
|---|---|---|
| `axum`, `hyper` | `mid` | x |
";

    #[test]
    fn reads_both_tables() {
        let house = House::parse(PAGE).unwrap();
        expect_test::expect![[r#"
            low 9 {} {}
            mid 10 {"low"} {"kit"}
            top 11 {"mid"} {}
            {"axum": {"mid"}, "hyper": {"mid"}}
        "#]]
        .assert_eq(&{
            let rows =
                house.rooms.iter().map(|Room { name, line, may_depend_on, in_tests_also }| {
                    format!("{name} {line} {may_depend_on:?} {in_tests_also:?}\n")
                });
            rows.collect::<String>() + &format!("{:?}\n", house.fences)
        });
    }

    #[test]
    fn reaches_through_other_rooms() {
        let house = House::parse(PAGE).unwrap();
        assert_eq!(house.reach("top"), BTreeSet::from(["low", "mid", "top"]));
        assert_eq!(house.reach("low"), BTreeSet::from(["low"]));
    }

    #[test]
    fn a_missing_table_is_an_error() {
        let error = House::parse("# Rooms\n\nWords.\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "ARCHITECTURE.md: there is no table under the heading `Rooms`"
        );
    }
}
