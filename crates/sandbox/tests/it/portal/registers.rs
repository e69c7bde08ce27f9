use cartola_primitives::Currency;
use cartola_provider_mibanco::wire::{Bills, Identity as BankIdentity};
use cartola_provider_portal::wire::cryptomkt::Balances;
use cartola_provider_portal::wire::identity::Identity;
use cartola_provider_portal::wire::servipag::ServiceAccounts;
use cartola_sandbox::Scenario;
use expect_test::expect;

use crate::products::Customer;
use crate::server::{Server, named};

#[tokio::test]
async fn everybody_is_the_same_person_everywhere() {
    let server = Server::new();
    for rut in server.people() {
        let bank: BankIdentity = Customer::of(&server, rut).await.get("identity").await;
        let civil: Identity = server.told(rut, "registro-civil", "identity").await;
        let clave: Identity = server.told(rut, "clave-unica", "identity").await;
        for told in [&civil, &clave] {
            assert_eq!((told.rut, &told.name), (rut, &bank.name));
            assert_eq!(Some(told.birth_date), bank.birth_date);
            let parts = [&told.given_names, &told.first_surname, &told.second_surname];
            assert_eq!(told.name, parts.map(String::as_str).join(" "));
        }
        assert_eq!(clave.email, bank.email);
        assert!(civil.marital_status.is_some() && civil.document_expires.is_some());
    }
}

#[tokio::test]
async fn servipag_and_the_bank_tell_of_the_same_bills() {
    let server = Server::new();
    for rut in server.people() {
        let bank: Bills = Customer::of(&server, rut).await.get("bills").await;
        let servipag: ServiceAccounts = server.told(rut, "servipag", "service-accounts").await;
        let of_bank: Vec<_> = bank
            .bills
            .iter()
            .map(|bill| (&bill.company, &bill.client_number, bill.debt, bill.due_date))
            .collect();
        let of_servipag: Vec<_> = servipag
            .service_accounts
            .iter()
            .map(|account| {
                let debt = account.bills.iter().map(|bill| bill.amount).sum::<i64>();
                let due = account.bills.first().map(|bill| bill.due_date);
                (&account.company, &account.client_number, debt, due)
            })
            .collect();
        assert_eq!(of_bank, of_servipag);
        assert!(of_bank.len() >= 4);
    }
}

#[tokio::test]
async fn crypto_is_worth_the_sum_of_its_parts() {
    let server = Server::new();
    let mut holders = 0;
    for rut in server.people() {
        let told: Balances = server.told(rut, "cryptomkt", "balances").await;
        assert_eq!(told.currency, Currency::USD);
        assert_eq!(told.total, told.balances.iter().map(|each| each.value).sum::<i64>());
        holders += usize::from(told.total > 0);
    }
    assert!(holders > 1, "{holders}");
    let rut = named(Scenario::Ok);
    let told: Balances = server.told(rut, "cryptomkt", "balances").await;
    let shown: String = told
        .balances
        .iter()
        .map(|each| format!("{} {} {} {}\n", each.asset, each.quantity, each.price, each.value))
        .collect();
    expect![[r#"
        BTC 0.15902451 67048 1066227
        ETH 3.155598142355861942 3096.9 977257
        XLM 2512.7028151 0.21336 53611
        USDC 2347.652602 1 234765
    "#]]
    .assert_eq(&shown);
}
