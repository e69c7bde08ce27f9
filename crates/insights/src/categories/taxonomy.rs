//! The classes that movements fall into.

use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;

/// The taxonomy as it is written, in two levels.
pub const TAXONOMY: &str = include_str!("../../data/taxonomy.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    id: String,
    name: String,
    classes: Vec<Class>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    id: String,
    name: String,
    floid: String,
}

/// A class with its group, as it is looked up.
struct Row {
    id: String,
    group: String,
    name: String,
    floid: String,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let file: File = toml::from_str(TAXONOMY).expect("the bundled taxonomy is read by a test");
    let rows = file.group.into_iter().flat_map(|group| {
        let Group { id: group_id, name: group_name, classes } = group;
        classes.into_iter().map(move |class| Row {
            id: format!("{group_id}/{}", class.id),
            group: group_name.clone(),
            name: class.name,
            floid: class.floid,
        })
    });
    rows.collect()
});

/// What is told of a payment where nothing says what for.
const GENERAL: [&str; 4] =
    ["compras/otras", "finanzas/portal-de-pago", "servicios/cuentas", Category::UNKNOWN];

/// One class of the taxonomy, such as `alimentacion/supermercado`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category(u16);

impl Category {
    /// The id of what no rule knows.
    pub const UNKNOWN: &'static str = "otros/sin-clasificar";

    /// Every class, in the order of the taxonomy.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..ROWS.len()).map(|place| Self(u16::try_from(place).expect("classes are some dozens")))
    }

    /// The class of that id.
    pub fn parse(id: &str) -> Option<Self> {
        Self::all().find(|category| category.id() == id)
    }

    /// The class of what no rule knows.
    pub fn unknown() -> Self {
        static UNKNOWN: LazyLock<Category> = LazyLock::new(|| {
            Category::parse(Category::UNKNOWN).expect("the taxonomy has a class for the unknown")
        });
        *UNKNOWN
    }

    /// Whether it says no more than how something was paid, or nothing.
    pub fn is_general(self) -> bool {
        GENERAL.contains(&self.id())
    }

    /// The stable id, `group/class`.
    pub fn id(self) -> &'static str {
        &self.row().id
    }

    /// The group's part of the id.
    pub fn group_id(self) -> &'static str {
        self.id().split_once('/').map_or("", |(group, _)| group)
    }

    /// The group, in Spanish.
    pub fn group(self) -> &'static str {
        &self.row().group
    }

    /// The class, in Spanish.
    pub fn name(self) -> &'static str {
        &self.row().name
    }

    /// What Floid's document calls it, or would; several classes may share a name.
    pub fn floid_name(self) -> &'static str {
        &self.row().floid
    }

    fn row(self) -> &'static Row {
        &ROWS[usize::from(self.0)]
    }
}

impl fmt::Debug for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
