//! Files in, one unit of work out.

use bytes::Bytes;
use cartola_engine::imports::{ImportError, MAX_FILE_BYTES, Upload};
use cartola_primitives::id::AccountId;
use cartola_store::{StoreErrorKind, Tenancy};

use crate::world::{MAPPING, World, upload};

#[tokio::test]
async fn a_file_becomes_an_account_with_movements_under_a_consent() {
    let world = World::new().await;
    let report = world.import(&["2;COMPRA LIDER;-100;900", "3;TEF DE JUAN;500;1400;JUAN"]).await;
    assert_eq!((report.outcome.read, report.outcome.new), (2, 2));
    assert_eq!(world.told().await, ["2026-03-02 -100 COMPRA LIDER", "2026-03-03 500 TEF DE JUAN"]);

    let account = world.engine.account(&world.who, report.account).await.unwrap().unwrap();
    assert_eq!(account.number, "00-123-45678-90");
    assert_eq!(account.row.mask, "…7890");
    assert_eq!(account.holder_name.as_deref(), Some("MARIA DEMO"));
    assert_eq!(account.holder_rut.unwrap().dotted(), "11.111.111-1");

    let consent = world.engine.consent(&world.who, report.consent).await.unwrap().unwrap();
    assert_eq!(
        consent.evidence,
        cartola_crypto::ContentHash::of(
            &upload(&["2;COMPRA LIDER;-100;900", "3;TEF DE JUAN;500;1400;JUAN",]).bytes
        )
    );
    let actions = world.audited().await;
    assert!(actions.ends_with(&["consent.granted".to_owned(), "import.committed".to_owned()]));
}

#[tokio::test]
async fn the_counterparty_comes_back_opened() {
    let world = World::new().await;
    world.import(&["3;TEF DE JUAN;500;1400;JUAN PEREZ", "4;SIN NADIE;-1;1399"]).await;
    let rows = world.movements().await;
    let other = world.engine.counterparty(&world.who, &rows[0]).await.unwrap().unwrap();
    assert_eq!(other.name.as_deref(), Some("JUAN PEREZ"));
    assert!(world.engine.counterparty(&world.who, &rows[1]).await.unwrap().is_none());
}

#[tokio::test]
async fn exactly_the_same_file_again_is_said_to_be_known() {
    let world = World::new().await;
    let rows = ["2;COMPRA LIDER;-100;900", "2;COMPRA LIDER;-100;800"];
    let first = world.import(&rows).await;
    let again = world.import(&rows).await;
    assert!(again.repeated && !first.repeated);
    assert_eq!(again.import, first.import);
    assert_eq!((again.outcome.new, again.outcome.duplicates), (0, 2));
    assert_eq!(world.movements().await.len(), 2);
    assert_eq!(world.audited().await.last().unwrap(), "import.repeated");
}

#[tokio::test]
async fn another_file_of_the_same_account_meets_it_whatever_zeros_its_number_has() {
    let world = World::new().await;
    let first = world.import(&["2;A;-100;900"]).await;
    let mut other = upload(&["2;A;-100;900", "3;B;-50;850"]);
    other.mapping = Some(MAPPING.replace("00-123-45678-90", "1234567890"));
    let second = world.try_import(other).await.unwrap().reports.remove(0);
    assert_eq!(second.account, first.account);
    assert_eq!((second.outcome.new, second.outcome.duplicates), (1, 1));
}

#[tokio::test]
async fn a_refused_file_leaves_nothing_behind() {
    let world = World::new().await;
    let before = world.audited().await;
    let refused = world.try_import(upload(&["31;MAL;-100;900", "2;PEOR;x;1"])).await;
    assert!(matches!(refused, Err(ImportError::Refused(_))), "{refused:?}");
    assert!(world.movements().await.is_empty());
    assert_eq!(world.audited().await, before);
    assert_eq!(world.store.objects(), 0);
}

#[tokio::test]
async fn a_failed_commit_leaves_nothing_behind() {
    let world = World::new().await;
    // The keys of a new holder are stored first; after this file they are there.
    world.import(&["2;A;-100;900"]).await;
    let objects = world.store.objects();
    world.store.fail_next_commit(StoreErrorKind::Full);
    let failed = world.try_import(upload(&["3;B;-50;850"])).await;
    assert!(matches!(failed, Err(ImportError::Engine(_))), "{failed:?}");
    assert_eq!(world.told().await, ["2026-03-02 -100 A"]);
    assert_eq!(world.store.objects(), objects);
}

#[tokio::test]
async fn a_conflict_is_decided_again() {
    let world = World::new().await;
    world.import(&["2;A;-100;900"]).await;
    world.store.conflict_next_commit();
    let report = world.import(&["3;B;-50;850"]).await;
    assert_eq!(report.outcome.new, 1);
    assert_eq!(world.movements().await.len(), 2);
}

#[tokio::test]
async fn files_that_do_not_say_their_account_need_it_named() {
    let world = World::new().await;
    let anonymous = |text: &str| Upload {
        mapping: Some(MAPPING.replace("number = \"00-123-45678-90\"\n", text)),
        ..upload(&["2;A;-100;900"])
    };
    let unclear = world.try_import(anonymous("")).await;
    assert!(matches!(unclear, Err(ImportError::AccountUnclear("account number"))), "{unclear:?}");
    let elsewhere = cartola_model::InstitutionId::parse("banco-luna").unwrap();
    let unknown = Upload { institution: Some(elsewhere), ..upload(&["2;A;-100;900"]) };
    let refused = world.try_import(unknown).await;
    assert!(matches!(refused, Err(ImportError::InstitutionUnknown)), "{refused:?}");

    let known = world.import(&["1;Z;-1;1000"]).await.account;
    let named = Upload { account: Some(known), ..anonymous("") };
    assert_eq!(world.try_import(named).await.unwrap().reports[0].account, known);

    let other = Upload { account: Some(known), ..anonymous("number = \"999\"\n") };
    let mismatch = world.try_import(other).await;
    assert!(
        matches!(mismatch, Err(ImportError::AccountMismatch("account number"))),
        "{mismatch:?}"
    );
    let nobody = Upload { account: Some(AccountId::from_bytes([9; 16])), ..anonymous("") };
    assert!(matches!(world.try_import(nobody).await, Err(ImportError::AccountUnknown)));
}

#[tokio::test]
async fn another_tenants_account_is_unknown() {
    let world = World::new().await;
    let account = world.import(&["2;A;-100;900"]).await.account;
    let keys = world.engine.add_tenant("Otra", &cartola_model::Scope::ALL).await.unwrap();
    let other = world.engine.authenticate(keys.api_key.expose()).await.unwrap().unwrap();
    let upload = Upload { account: Some(account), ..upload(&["2;A;-100;900"]) };
    let refused = world.engine.import(&other, upload, cartola_engine::once::Reply::NONE).await;
    assert!(matches!(refused, Err(ImportError::AccountUnknown)), "{refused:?}");
    assert!(world.engine.account(&other, account).await.unwrap().is_none());
    assert_eq!(world.store.tenants().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused() {
    let world = World::new().await;
    let large = Upload { bytes: Bytes::from(vec![b'x'; MAX_FILE_BYTES + 1]), ..Upload::default() };
    assert!(matches!(world.try_import(large).await, Err(ImportError::TooLarge)));
}

#[tokio::test]
async fn cards_of_two_holders_with_the_same_last_digits_are_two_accounts() {
    let world = World::new().await;
    let card = |rut: &str| {
        let number = MAPPING.replace("00-123-45678-90", "****4321");
        let mapping = number.replace("\"checking\"", "\"credit_card\"");
        Upload { mapping: Some(mapping.replace("11.111.111-1", rut)), ..upload(&["2;A;-100"]) }
    };
    let import = async |rut| world.try_import(card(rut)).await.unwrap().reports.remove(0);
    let (ana, benito) = (import("11.111.111-1").await, import("22.222.222-2").await);
    assert_ne!(ana.account, benito.account);
    assert_eq!(benito.outcome.new, 1);
    let named = Upload { account: Some(ana.account), ..card("22.222.222-2") };
    let refused = world.try_import(named).await;
    assert!(matches!(refused, Err(ImportError::AccountMismatch("holder"))), "{refused:?}");

    let mut nobodys = card("");
    nobodys.mapping = nobodys.mapping.map(|text| text.replace("holder_rut = \"\"\n", ""));
    let refused = world.try_import(nobodys).await;
    assert!(matches!(refused, Err(ImportError::AccountUnclear(_))), "{refused:?}");
}

#[tokio::test]
async fn a_source_is_kept_where_its_import_may_be_on_disk() {
    let world = World::new().await;
    world.import(&["2;A;-100;900"]).await;
    let objects = world.store.objects();
    world.store.fail_next_commit(StoreErrorKind::Unavailable);
    assert!(world.try_import(upload(&["3;B;-50;850"])).await.is_err());
    assert_eq!(world.store.objects(), objects + 1);
}
