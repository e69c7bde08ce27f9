//! The bank's gateway as integrators describe it, against a small one.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cartola_connector::session::{DayRange, StatementQuery, WholeStatement};
use cartola_connector::test_kit::context;
use cartola_connector::{
    BaseUrl, ConnectorError, Credential, Endpoint, ErrorKind, LiveSession, Policy, Registry,
    Transport,
};
use cartola_model::{
    AccountNumber, EndToEndId, InstitutionId, TransferOrder, TransferPayee, TransferState,
};
use cartola_primitives::{Currency, Money, Rut, date};
use cartola_provider_apistore::client::MAX_HELD_BYTES;
use cartola_provider_apistore::client::gateway::{BankGateway, NAMES, Names, NamesError, Reached};
use expect_test::expect;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What came in: path, headers that matter, body.
type Calls = Arc<Mutex<Vec<(String, Vec<String>, Value)>>>;

/// The gateway: 250 movements, the newest first, two a day.
#[derive(Clone)]
struct Small {
    address: SocketAddr,
    calls: Calls,
    state: Arc<Mutex<&'static str>>,
    /// Rows of a page at most, whatever is asked for.
    page: Arc<AtomicUsize>,
    /// What it tells of in the place of what it has.
    rows: Arc<Mutex<Option<Vec<Value>>>>,
    /// An answer in the place of each that is right.
    answer: Arc<Mutex<Option<Value>>>,
}

impl Small {
    async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let small = Self {
            address,
            calls: Calls::default(),
            state: Arc::new(Mutex::new("EN PROCESO")),
            page: Arc::new(AtomicUsize::new(usize::MAX)),
            rows: Arc::default(),
            answer: Arc::default(),
        };
        tokio::spawn(small.clone().serve(listener));
        small
    }

    async fn serve(self, listener: TcpListener) {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let small = self.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| small.clone().answer(request));
                let served = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                let _ = served.await;
            });
        }
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let header =
            |name: &str| head.headers.get(name).map_or("", |value| value.to_str().unwrap());
        let seen =
            ["client-id", "client-secret", "authorization"].map(|name| header(name).to_owned());
        let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
        let path = head.uri.path().to_owned();
        self.calls.lock().unwrap().push((path.clone(), seen.to_vec(), asked.clone()));
        let (status, body) = if header("authorization") != "Bearer the.jwt.token" {
            (401, json!({"httpCode": "401"}))
        } else if let Some(answer) = self.answer.lock().unwrap().clone() {
            (200, answer)
        } else if path.ends_with("/obtener") {
            let most = self.page.load(Ordering::Relaxed);
            (200, movements(&asked, most, self.rows.lock().unwrap().as_deref()))
        } else if path.ends_with("/lotes") {
            (200, json!({"glosaRespuesta": "EXITO"}))
        } else if path.contains("/estado-lote/") {
            (200, json!({"glosaRespuesta": "EXITO", "estado": *self.state.lock().unwrap()}))
        } else {
            (404, json!({}))
        };
        Ok(Response::builder().status(status).body(Full::from(body.to_string())).unwrap())
    }
}

fn movements(asked: &Value, most: usize, told: Option<&[Value]>) -> Value {
    let count: usize = asked["cantidadRegistros"].as_str().unwrap().parse().unwrap();
    let offset = usize::try_from(asked["paginacionDesde"].as_u64().unwrap()).unwrap();
    let row = |index: usize| {
        let day = date(2026, 4, 30)
            .checked_sub(cartola_primitives::SignedDuration::from_hours(
                12 * i64::try_from(index - index % 2).unwrap(),
            ))
            .unwrap();
        json!({"secuencial": 9_000 - index, "monto": 1_000 + index, "fechaContable": day.to_string(),
            "indicadorCreditoDebito": if index.is_multiple_of(2) { "C" } else { "D" },
            "descripcionCorta": "TEF", "descripcionLarga": "TRASPASO DE: ANA", "codigoOrigen": "CAJA",
            "descripcionOficina": "OF. CENTRAL", "numeroDocumento": "0004711",
            "campoComplementario1": "ANA SOTO"})
    };
    let end = (offset + count.min(most)).min(told.map_or(250, <[Value]>::len));
    let row = |index: usize| told.map_or_else(|| row(index), |told| told[index].clone());
    let rows: Vec<Value> = (offset..end).map(row).collect();
    json!({"glosaRespuesta": "EXITO", "movimientos": rows})
}

fn institution() -> InstitutionId {
    InstitutionId::parse("banco-chile").unwrap()
}

fn named(pairs: &[(&str, &str)]) -> Result<Names, NamesError> {
    let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    Names::read(&pairs.iter().map(own).collect::<BTreeMap<_, _>>())
}

fn registry(small: &Small, names: Names) -> Registry {
    let base = BaseUrl::parse(&format!("http://{}", small.address)).unwrap();
    let policy = Policy { interval: std::time::Duration::ZERO, ..Policy::default() };
    let endpoint = Endpoint::new(institution(), base, &Transport::new(), &policy);
    let reached = Reached { endpoint, names: Arc::new(names) };
    Registry::default().with(Arc::new(BankGateway::new([reached])))
}

fn credential(token: &str) -> Credential {
    Credential::default()
        .with("rut", "76.543.210-3".to_owned())
        .with("client_id", "the-client".to_owned())
        .with("client_secret", "the-secret".to_owned())
        .with("token", token.to_owned())
        .with("attorneys", "11.111.111-1".to_owned())
        .with("accounts", "00-123-45678-90".to_owned())
}

async fn open(small: &Small, names: Names) -> LiveSession {
    let registry = registry(small, names);
    registry.open(&institution(), credential("the.jwt.token"), context()).await.unwrap()
}

#[tokio::test]
async fn every_call_has_the_headers_and_the_body_that_are_described() {
    let small = Small::open().await;
    open(&small, Names::default()).await;
    let (path, headers, body) = small.calls.lock().unwrap()[0].clone();
    assert_eq!(path, "/banco-chile/v1/movimientos-cuenta/obtener");
    assert_eq!(headers, ["the-client", "the-secret", "Bearer the.jwt.token"]);
    assert_eq!(
        body,
        json!({"rutOrigen": "76543210-3", "productoCuenta": "CTD", "cuenta": "001234567890",
            "rutApoderado": [{"value": "11111111-1"}], "cantidadRegistros": "1", "paginacionDesde": 0})
    );
}

#[tokio::test]
async fn movements_are_read_as_far_back_as_is_asked() {
    let small = Small::open().await;
    let live = open(&small, Names::default()).await;
    let accounts = live.session().accounts().unwrap().accounts(&context()).await.unwrap().value;
    let days = DayRange::new(date(2026, 3, 30), date(2026, 4, 29)).unwrap();
    let query = StatementQuery { account: &accounts[0], days };
    let whole = live.statement(&query).await.unwrap();
    // Of two movements a day, all of 31 days; the pages behind the one that passes them are not asked
    // for.
    assert_eq!(whole.batch.lines.len(), 62);
    assert_eq!(small.calls.lock().unwrap().len(), 2);
    let first = &whole.batch.lines[0];
    expect![[r#"2026-03-30 -1063 "TRASPASO DE: ANA" MovementDetails { document: Some("0004711"), reference: Some("8937"), channel: Some("Sucursal"), branch: Some("OF. CENTRAL"), city: None, card: None, instalment: None } Some(Counterparty { name: true, rut: false, account: false, bank: false })"#]]
    .assert_eq(&format!(
        "{} {} {:?} {:?} {:?}",
        first.observation.booked_on,
        first.observation.amount.minor(),
        first.observation.glosa,
        first.observation.details,
        first.counterparty
    ));
    assert!(whole.batch.lines.is_sorted_by_key(|line| line.observation.booked_on));
}

async fn read(live: &LiveSession) -> Result<WholeStatement, ConnectorError> {
    let accounts = live.session().accounts().unwrap().accounts(&context()).await.unwrap().value;
    let days = DayRange::new(date(2026, 1, 1), date(2026, 4, 30)).unwrap();
    live.statement(&StatementQuery { account: &accounts[0], days }).await
}

/// A gateway that gives forty where a hundred are asked for has not told of all with them.
#[tokio::test]
async fn a_page_that_is_cut_short_is_not_the_last() {
    let small = Small::open().await;
    let live = open(&small, Names::default()).await;
    small.page.store(40, Ordering::Relaxed);
    let whole = read(&live).await.unwrap();
    // Two a day from 1 January on.
    assert_eq!(whole.batch.lines.len(), 240);
    let offsets: Vec<u64> = small.calls.lock().unwrap()[1..]
        .iter()
        .map(|(_, _, asked)| asked["paginacionDesde"].as_u64().unwrap())
        .collect();
    assert_eq!(offsets, [0, 40, 80, 120, 160, 200, 240]);
}

/// The same rows in any order come out by day and number.
#[tokio::test]
async fn movements_are_put_in_the_order_of_their_days_and_numbers() {
    let small = Small::open().await;
    let live = open(&small, Names::default()).await;
    let row = |day: &str, number: &str| {
        json!({"secuencial": number, "monto": 1, "fechaContable": day,
            "indicadorCreditoDebito": "C"})
    };
    let rows = [
        row("2026-04-02", "9"),
        row("2026-04-01", "11"),
        row("2026-04-02", "0010"),
        row("2026-04-01", "8"),
    ];
    let told = json!({"glosaRespuesta": "EXITO", "movimientos": rows});
    *small.answer.lock().unwrap() = Some(told);
    let error = read(&live).await.unwrap_err();
    // It gives the same whatever the offset.
    assert_eq!(
        error.to_string(),
        "apistore_gateway.movements: the pages of the account do not go on"
    );
    *small.answer.lock().unwrap() = None;
    small.rows.lock().unwrap().replace(rows.to_vec());
    let numbers: Vec<_> = read(&live)
        .await
        .unwrap()
        .batch
        .lines
        .iter()
        .map(|line| line.observation.details.reference.clone().unwrap())
        .collect();
    assert_eq!(numbers, ["8", "11", "9", "0010"]);
}

#[tokio::test]
async fn what_lacks_a_member_is_no_empty_statement() {
    let small = Small::open().await;
    let live = open(&small, Names::default()).await;
    for answer in [
        json!({}),
        json!({"glosaRespuesta": "EXITO"}),
        json!({"glosaRespuesta": "EXITO", "movimientos": null}),
        json!({"glosaRespuesta": "EXITO", "movimientos": {}}),
        json!({"movimientos": []}),
        json!({"glosaRespuesta": null, "movimientos": []}),
        json!({"glosaRespuesta": "ERROR", "movimientos": []}),
        json!([]),
    ] {
        *small.answer.lock().unwrap() = Some(answer.clone());
        let error = read(&live).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::AnswerInvalid, "{answer}");
    }
    *small.answer.lock().unwrap() = Some(json!({"glosaRespuesta": "EXITO", "movimientos": []}));
    assert!(read(&live).await.unwrap().batch.lines.is_empty());
}

#[tokio::test]
async fn a_lot_without_a_state_is_not_about_to_be_paid() {
    let small = Small::open().await;
    let live = open(&small, named(&[("lot_status_path", "/estado-lote/{id}")]).unwrap()).await;
    let maker = live.session().transfers().unwrap();
    let id = EndToEndId::parse("0198c1d2a3b4c5d6e7f8091a2b3c4d5e").unwrap();
    for answer in [json!({}), json!({"glosaRespuesta": "EXITO"}), json!({"estado": ""})] {
        *small.answer.lock().unwrap() = Some(answer.clone());
        let error = maker.look(&id, &context()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::AnswerInvalid, "{answer}");
    }
    *small.answer.lock().unwrap() = Some(json!({"estado": "PAGADO"}));
    assert_eq!(maker.look(&id, &context()).await.unwrap().unwrap().state.name(), "completed");
    let asked = small.calls.lock().unwrap().last().unwrap().0.clone();
    assert_eq!(asked, format!("/banco-chile/v1/estado-lote/{id}"));
}

#[tokio::test]
async fn pages_that_are_too_large_together_are_not_held() {
    let small = Small::open().await;
    let live = open(&small, Names::default()).await;
    let row = |number: usize| {
        json!({"secuencial": number, "monto": 1, "fechaContable": "2026-04-01",
            "indicadorCreditoDebito": "C", "descripcionLarga": "x".repeat(4 << 20 >> 1)})
    };
    small.rows.lock().unwrap().replace((0..40).map(row).collect());
    small.page.store(1, Ordering::Relaxed);
    let error = read(&live).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AnswerInvalid);
    assert!(error.to_string().contains("larger, taken together"), "{error}");
    let asked = small.calls.lock().unwrap().len();
    assert!(asked * (2 << 20) <= MAX_HELD_BYTES + (8 << 20), "{asked}");
}

#[tokio::test]
async fn a_token_that_has_run_out_is_told_as_credentials() {
    let small = Small::open().await;
    let opened = registry(&small, Names::default())
        .open(&institution(), credential("another.jwt.token"), context())
        .await;
    let error = opened.err().unwrap();
    assert_eq!(error.kind, ErrorKind::CredentialsInvalid);
    assert!(error.to_string().contains("which runs out"), "{error}");
}

#[tokio::test]
async fn transfers_are_offered_where_somebody_has_said_how_to_look_at_them() {
    let small = Small::open().await;
    assert!(open(&small, Names::default()).await.session().transfers().is_none());
    let names = named(&[("lot_status_path", "/estado-lote"), ("lot_state_paid", "OK")]).unwrap();
    let live = open(&small, names).await;
    let maker = live.session().transfers().unwrap();
    let id = EndToEndId::parse("0198c1d2a3b4c5d6e7f8091a2b3c4d5e").unwrap();
    let order = TransferOrder {
        end_to_end_id: id,
        from: AccountNumber::parse("00-123-45678-90").unwrap(),
        to: TransferPayee {
            institution: InstitutionId::parse("banco-santander").unwrap(),
            account: AccountNumber::parse("0-000-12-34567-8").unwrap(),
            rut: Rut::parse("11.111.111-1").unwrap(),
            name: "Ana Soto".to_owned(),
        },
        amount: Money::new(25_000, Currency::CLP),
        comment: None,
    };
    let told = maker.begin(&order, &context()).await.unwrap();
    assert_eq!(told.state, TransferState::Settling);
    let lot = small.calls.lock().unwrap().last().unwrap().clone();
    assert_eq!(lot.0, "/banco-chile/v1/abono-rescate/servicios/transferencias/rescate/lotes");
    let text = id.to_string();
    assert_eq!(
        lot.2,
        json!({"cabecera": {"consumidor": {"usuario": "the-client"}},
            "cuerpo": {"cuentaOrigen": "001234567890", "rutOrigen": "76543210-3", "idLote": text,
                "montoTotalLote": 25_000, "rutApoderado": [{"value": "11111111-1"}]},
            "movimientos": [{"nroTrxCliente": text, "monto": 25_000,
                "rutBeneficiarioClienteComercio": "76543210-3", "rutDestino": "11111111-1",
                "cuentaDestino": "0000123456 78".replace(' ', ""), "nombreClienteDestino": "Ana Soto",
                "codigoBancoDestino": "0037", "productoCuentaDestino": "CTD"}]})
    );
    assert_eq!(maker.look(&id, &context()).await.unwrap().unwrap().state, TransferState::Settling);
    *small.state.lock().unwrap() = "OK";
    let paid = maker.look(&id, &context()).await.unwrap().unwrap().state;
    assert!(matches!(paid, TransferState::Completed { .. }), "{paid:?}");
    // A lot is not taken back: what is given up ends as the lot does.
    assert_eq!(maker.withdraw(&id, &context()).await.unwrap().state.name(), "completed");
    for (said, expected) in [("RECHAZADO", "failed"), ("EN PROCESO", "settling")] {
        *small.state.lock().unwrap() = said;
        assert_eq!(maker.withdraw(&id, &context()).await.unwrap().state.name(), expected);
    }
    assert_eq!(maker.route(), "apistore-gateway/lotes");
    assert!(live.session().transfers_by("apistore/pagos").is_none());
}

#[test]
fn every_name_can_be_set_and_no_other() {
    for (key, value) in NAMES {
        let names = named(&[(key, value)]).unwrap();
        assert_eq!(names.of(key), value);
    }
    assert_eq!(named(&[("hunter2", "x")]), Err(NamesError::Unknown));
    for (key, value) in [
        ("prefix", "v1"),
        ("movements_path", ""),
        ("client_id_header", "a b"),
        ("amount", ""),
        ("sign_credit", " C"),
        ("movements_path", "/a/{id}"),
        ("lots_path", "/a{"),
        ("lot_status_path", "/estado/{lote}"),
        ("lot_status_path", "/estado/{id"),
        ("lot_status_path", "/estado/{id}/{id}"),
        ("lot_status_path", "/estado/\u{ab}"),
    ] {
        assert!(matches!(named(&[(key, value)]), Err(NamesError::Value { .. })), "{key}");
    }
    assert!(named(&[("lot_status_path", "/estado/{id}/detalle")]).is_ok());
    let mut keys = NAMES.map(|(key, _)| key);
    keys.sort_unstable();
    assert!(keys.windows(2).all(|pair| pair[0] != pair[1]), "a key is there twice");
}

/// One word for both would make money of what was refused.
#[test]
fn words_between_which_is_decided_differ() {
    for (pairs, expected) in [
        (vec![("sign_credit", "D")], ("sign_credit", "sign_debit")),
        (vec![("sign_debit", "c")], ("sign_credit", "sign_debit")),
        (vec![("lot_state_paid", "RECHAZADO")], ("lot_state_paid", "lot_state_refused")),
        (
            vec![("lot_state_paid", "Fin"), ("lot_state_refused", "FIN")],
            ("lot_state_paid", "lot_state_refused"),
        ),
        (vec![("account", "rutOrigen")], ("holder", "account")),
        (vec![("amount", "secuencial")], ("sequence", "amount")),
    ] {
        let (key, other) = expected;
        assert_eq!(named(&pairs), Err(NamesError::Same { key, other }), "{pairs:?}");
    }
    let told = named(&[("sign_credit", "D")]).unwrap_err().to_string();
    expect![
        "`sign_credit` and `sign_debit` are the same word, so that one could not be told from the other; give each its own"
    ]
    .assert_eq(&told);
}

#[test]
fn every_name_is_documented_with_what_it_is() {
    let page = include_str!("../../../../docs/apistore.md");
    for (key, value) in NAMES {
        let value = if value.is_empty() { String::new() } else { format!("`{value}`") };
        let cell = format!("| `{key}` | {value} |");
        assert!(page.contains(&cell), "{cell}");
    }
}
