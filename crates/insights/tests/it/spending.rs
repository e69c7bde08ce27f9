use cartola_insights::categories::Matcher;
use cartola_insights::spending::Spending;
use expect_test::expect;

use crate::people::{entries, holder, lines};

#[test]
fn sums_are_by_sign_and_category_and_in_floids_names() {
    let lines = lines(&[
        "2026-10-01 -10000 COMPRA LIDER",
        "2026-10-02 -5000 COMPRA JUMBO",
        "2026-10-03 -700 COMISION MANTENCION",
        "2026-10-03 -300 INTERESES LINEA DE CREDITO",
        "2026-10-04 65000 TEF DE VAL",
        "2026-10-05 -25000 WWW MEGOGO CL",
        "2026-10-06 -100 COMPRA AMAZON | USD",
        "2026-10-07 0 XQZ",
    ]);
    let matcher = Matcher::bundled();
    let told = Spending::of(&entries(&lines), &holder(), &matcher);
    assert_eq!((told.labels.len(), told.unconverted.len()), (8, 1));
    expect![[r#"
        {alimentacion/supermercado: 15000, finanzas/comision: 700, finanzas/intereses: 300, finanzas/portal-de-pago: 25000, otros/sin-clasificar: 0}
        {transferencias/terceros: 65000}"#]].assert_eq(&format!("{:?}\n{:?}", told.spent, told.came));
    expect![[r#"
        {"Bank fees": 1000, "Servicios financieros/Portal de Pago": 25000, "Supermarket": 15000, "Unknown": 0}
        {"Transferencias de fondos": 65000}"#]].assert_eq(&format!(
        "{:?}\n{:?}",
        told.spent_by_floid_name(),
        told.came_by_floid_name()
    ));
}
