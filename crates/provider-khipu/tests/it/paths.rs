use cartola_model::Catalogue;
use cartola_provider_khipu::{Operation, Path, Refusal, Segment};
use expect_test::{Expect, expect};

fn check(path: &str, expect: &Expect) {
    let mut parts = path.splitn(3, '/');
    let mut next = || parts.next().unwrap_or_default();
    let said = match Path::parse(Catalogue::bundled(), next(), next(), next()) {
        Ok(path) => {
            format!("{:?} {} {:?}", path.segment, path.institution.id, path.operation)
        }
        Err(error) => {
            let refusal = Refusal::from(error);
            format!("{} {}: {}", refusal.status, refusal.code, refusal.description)
        }
    };
    expect.assert_eq(&said);
}

#[test]
fn every_bank_of_the_catalogue_has_its_domain() {
    let banks = Catalogue::bundled().iter().filter(|row| row.kind.is_bank() && row.bank.is_none());
    for institution in banks {
        let domain = &institution.names["khipu"];
        for segment in Segment::ALL {
            for operation in Operation::ALL {
                let path =
                    Path::parse(Catalogue::bundled(), segment.name(), domain, operation.name());
                let path = path.unwrap();
                assert_eq!(path.institution.id, institution.id);
                assert_eq!((path.segment, path.operation), (segment, operation));
            }
        }
    }
}

#[test]
fn what_is_unknown_is_named() {
    check("personal/demo-bank.khipu.com/accounts", &expect!["Personal demo-bank Accounts"]);
    check("entrepreneur/bci.cl/token", &expect!["Entrepreneur banco-bci Token"]);
    check(
        "private/bci.cl/token",
        &expect!["404 P003: The segment is unknown: it is personal, business or entrepreneur"],
    );
    check(
        "personal/bci.com/token",
        &expect![
            "404 P003: No bank is known by this domain; those that are have it as names.khipu in /v1/institutions"
        ],
    );
    check(
        "personal/banco-bci/token",
        &expect![
            "404 P003: No bank is known by this domain; those that are have it as names.khipu in /v1/institutions"
        ],
    );
    check(
        "personal/bci.cl/balances",
        &expect![
            "404 P003: The operation is unknown: it is accounts, balance, statements, transactions or token"
        ],
    );
    check(
        "personal/bci.cl/accounts/",
        &expect![
            "404 P003: The operation is unknown: it is accounts, balance, statements, transactions or token"
        ],
    );
    check(
        "",
        &expect!["404 P003: The segment is unknown: it is personal, business or entrepreneur"],
    );
}
