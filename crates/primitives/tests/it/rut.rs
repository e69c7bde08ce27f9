use cartola_primitives::rut::{Rut, RutError};

#[test]
fn a_wrong_verifier_names_the_right_one() {
    assert_eq!(Rut::parse("12.345.678-6"), Err(RutError::WrongDigit { expected: '5' }));
    assert_eq!(Rut::parse("12.345.678-5").unwrap().compact(), "12345678-5");
}
