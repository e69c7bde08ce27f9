//! The holidays as rows: name, years in force, law and the way the day is found.

use jiff::civil::{Date, Weekday, date};
use jiff::{Span, ToSpan};

use super::easter::easter_sunday;
use super::solstice::winter_solstice;

/// One holiday for a run of years.
struct Rule {
    name: &'static str,
    /// First and last year in force, both included.
    years: (i16, i16),
    day: Day,
}

/// How the day of a year is found. Months and days count from 1.
enum Day {
    /// Always the same day.
    Fixed(i8, i8),
    /// That day, but a holiday only when it falls on the weekday.
    When(Weekday, i8, i8),
    /// So many days after Easter Sunday.
    Easter(i32),
    /// To the Monday of the week from Tuesday to Thursday, to the next Monday from Friday
    /// (Ley 19.668).
    NearMonday(i8, i8),
    /// From Tuesday to the Friday before, from Wednesday to the Friday after (Ley 20.299).
    NearFriday(i8, i8),
    /// The first Monday of the month.
    FirstMonday(i8),
    /// The winter solstice by Chile's time.
    Solstice,
}

const ALWAYS: (i16, i16) = (i16::MIN, i16::MAX);

const fn since(year: i16) -> (i16, i16) {
    (year, i16::MAX)
}

const fn until(year: i16) -> (i16, i16) {
    (i16::MIN, year)
}

const fn only(year: i16) -> (i16, i16) {
    (year, year)
}

const fn rule(name: &'static str, years: (i16, i16), day: Day) -> Rule {
    Rule { name, years, day }
}

const FIESTAS_PATRIAS: &str = "Fiestas Patrias";
const PUEBLOS_INDIGENAS: &str = "Día Nacional de los Pueblos Indígenas";
const FERIADO_NACIONAL: &str = "Feriado nacional";
const CENSO: &str = "Censo Nacional de Población y Vivienda";

/// In the order in which a name wins when two fall on one day.
static RULES: &[Rule] = &[
    // Ley 2.977 is the root of the days without another law beside them.
    rule("Año Nuevo", ALWAYS, Day::Fixed(1, 1)),
    // Ley 20.983.
    rule(FERIADO_NACIONAL, since(2017), Day::When(Weekday::Monday, 1, 2)),
    rule("Viernes Santo", ALWAYS, Day::Easter(-2)),
    rule("Sábado Santo", ALWAYS, Day::Easter(-1)),
    // Código del Trabajo, article 35.
    rule("Día Nacional del Trabajo", ALWAYS, Day::Fixed(5, 1)),
    rule("Día de las Glorias Navales", ALWAYS, Day::Fixed(5, 21)),
    // Thursday 60 days after Easter, moved to the Monday of its week by Ley 19.668; it gave way
    // to 16 July by Ley 20.148.
    rule("Corpus Christi", until(2006), Day::Easter(57)),
    // Ley 21.357: 21 June in its first year by its transitory article, then the solstice.
    rule(PUEBLOS_INDIGENAS, only(2021), Day::Fixed(6, 21)),
    rule(PUEBLOS_INDIGENAS, since(2022), Day::Solstice),
    // Ley 18.432, moved by Ley 19.668.
    rule("San Pedro y San Pablo", ALWAYS, Day::NearMonday(6, 29)),
    // Ley 20.148.
    rule("Virgen del Carmen", since(2007), Day::Fixed(7, 16)),
    rule("Asunción de la Virgen", ALWAYS, Day::Fixed(8, 15)),
    // Ley 19.588, repealed by Ley 19.793.
    rule("Día de la Unidad Nacional", until(2001), Day::FirstMonday(9)),
    // Ley 20.215: 17 September on a Monday, 20 September on a Friday.
    rule(FIESTAS_PATRIAS, since(2007), Day::When(Weekday::Monday, 9, 17)),
    rule(FIESTAS_PATRIAS, since(2007), Day::When(Weekday::Friday, 9, 20)),
    // Ley 20.983: also 17 September on a Friday.
    rule(FIESTAS_PATRIAS, since(2017), Day::When(Weekday::Friday, 9, 17)),
    rule("Día de la Independencia", ALWAYS, Day::Fixed(9, 18)),
    rule("Día de las Glorias del Ejército", ALWAYS, Day::Fixed(9, 19)),
    // Ley 3.810, moved by Ley 19.668.
    rule("Día del Encuentro de Dos Mundos", ALWAYS, Day::NearMonday(10, 12)),
    // Ley 20.299.
    rule(
        "Día Nacional de las Iglesias Evangélicas y Protestantes",
        since(2008),
        Day::NearFriday(10, 31),
    ),
    rule("Día de Todos los Santos", ALWAYS, Day::Fixed(11, 1)),
    rule("Inmaculada Concepción", ALWAYS, Day::Fixed(12, 8)),
    rule("Navidad", ALWAYS, Day::Fixed(12, 25)),
    // One-off days. Censuses are holidays by Ley 17.374.
    rule(CENSO, only(2002), Day::Fixed(4, 24)),
    rule(FERIADO_NACIONAL, only(2004), Day::Fixed(9, 17)), // Ley 19.973
    rule(FERIADO_NACIONAL, only(2010), Day::Fixed(9, 17)), // Ley 20.450
    rule(FERIADO_NACIONAL, only(2010), Day::Fixed(9, 20)), // Ley 20.450
    rule(CENSO, only(2017), Day::Fixed(4, 19)),
    rule(FERIADO_NACIONAL, only(2022), Day::Fixed(9, 16)), // Ley 21.482
];

/// The name of the holiday on `date`, if it is one.
pub(super) fn holiday_name(date: Date) -> Option<&'static str> {
    RULES.iter().find(|rule| rule.covers(date)).map(|rule| rule.name)
}

impl Rule {
    fn covers(&self, date: Date) -> bool {
        let (first, last) = self.years;
        let year = date.year();
        (first..=last).contains(&year) && self.day.of_year(year) == Some(date)
    }
}

impl Day {
    fn of_year(&self, year: i16) -> Option<Date> {
        match *self {
            Self::Fixed(month, day) => Some(date(year, month, day)),
            Self::When(weekday, month, day) => {
                Some(date(year, month, day)).filter(|day| day.weekday() == weekday)
            }
            Self::Easter(days) => Some(shifted(easter_sunday(year), days.days())),
            Self::NearMonday(month, day) => Some(near_monday(date(year, month, day))),
            Self::NearFriday(month, day) => Some(near_friday(date(year, month, day))),
            Self::FirstMonday(month) => {
                date(year, month, 1).nth_weekday_of_month(1, Weekday::Monday).ok()
            }
            Self::Solstice => Some(winter_solstice(year)),
        }
    }
}

fn near_monday(day: Date) -> Date {
    let days = match day.weekday() {
        Weekday::Tuesday => -1,
        Weekday::Wednesday => -2,
        Weekday::Thursday => -3,
        Weekday::Friday => 3,
        Weekday::Saturday | Weekday::Sunday | Weekday::Monday => 0,
    };
    shifted(day, days.days())
}

fn near_friday(day: Date) -> Date {
    let days = match day.weekday() {
        Weekday::Tuesday => -4,
        Weekday::Wednesday => 2,
        _ => 0,
    };
    shifted(day, days.days())
}

fn shifted(day: Date, span: Span) -> Date {
    day.checked_add(span).expect("a holiday of years 2000 to 2100 moves within its year")
}
