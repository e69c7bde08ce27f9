//! Labels for movements.

use std::sync::LazyLock;

use cartola_model::Movement;
use cartola_primitives::Rut;

use super::Category;
use super::rule::{RULES, RuleError, RulesFile};
use super::set::RuleSet;
use super::text::Folded;

/// What a label is made from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts<'a> {
    /// The text as the bank printed it.
    pub glosa: &'a str,
    /// Whether money came; nothing at all counts as a cargo.
    pub incoming: bool,
    /// What the bank calls the way it came.
    pub channel: Option<&'a str>,
    /// The RUT of the other side.
    pub other: Option<Rut>,
    /// The RUT of who holds the account.
    pub holder: Option<Rut>,
}

impl<'a> Facts<'a> {
    /// Those of a movement. Who the other side and the holder are is told apart from it.
    pub fn of<Text: AsRef<str>>(
        movement: &'a Movement<Text>,
        other: Option<Rut>,
        holder: Option<Rut>,
    ) -> Self {
        Self {
            glosa: movement.glosa.as_ref(),
            incoming: movement.amount.minor() > 0,
            channel: movement.details.channel.as_ref().map(AsRef::as_ref),
            other,
            holder,
        }
    }
}

/// What a movement was for, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label<'m> {
    /// The class.
    pub category: Category,
    /// The id of the rule; `mismo-titular` where both sides of a transfer have one RUT, `ninguna`
    /// where no rule knows it.
    pub rule: &'m str,
    /// Whether the rule is one of the tenant's.
    pub is_tenants: bool,
}

/// Holder and other side have one RUT, and nothing says that the bank did something of its own.
const SAME_HOLDER: &str = "mismo-titular";
/// No rule at all.
const NONE: &str = "ninguna";

static BUNDLED: LazyLock<RuleSet> = LazyLock::new(|| {
    let file = RulesFile::read(RULES).expect("the bundled rules are read by a test");
    RuleSet::compile(file).expect("the bundled rules are compiled by a test")
});

static BETWEEN_OWN: LazyLock<Category> = LazyLock::new(|| known("transferencias/propias"));
static TO_OTHERS: LazyLock<Category> = LazyLock::new(|| known("transferencias/terceros"));

fn known(id: &str) -> Category {
    Category::parse(id).expect("the taxonomy has transfers")
}

/// Rules, ready to label. The bundled ones are compiled once in a process.
#[derive(Default)]
pub struct Matcher {
    tenants: Option<RuleSet>,
}

impl Matcher {
    /// The bundled rules alone.
    pub fn bundled() -> Self {
        Self::default()
    }

    /// A tenant's rules before the bundled ones.
    pub fn with_rules(rules: RulesFile) -> Result<Self, RuleError> {
        Ok(Self { tenants: Some(RuleSet::compile(rules)?) })
    }

    /// The versions of the tenant's rules and of the bundled ones: labels of equal versions are equal.
    pub fn versions(&self) -> (Option<u32>, u32) {
        (self.tenants.as_ref().map(RuleSet::version), BUNDLED.version())
    }

    /// What a movement was for.
    pub fn label(&self, facts: &Facts<'_>) -> Label<'_> {
        let glosa = Folded::of(facts.glosa);
        if let Some((category, rule)) =
            self.tenants.as_ref().and_then(|tenants| tenants.find(facts, &glosa))
        {
            return Label { category, rule, is_tenants: true };
        }
        let (category, rule) =
            BUNDLED.find(facts, &glosa).unwrap_or_else(|| (Category::unknown(), NONE));
        let is_own = facts.other.is_some() && facts.other == facts.holder;
        if is_own && (category == *TO_OTHERS || category.is_general()) {
            return Label { category: *BETWEEN_OWN, rule: SAME_HOLDER, is_tenants: false };
        }
        Label { category, rule, is_tenants: false }
    }
}

impl std::fmt::Debug for Matcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Matcher").field("versions", &self.versions()).finish()
    }
}
