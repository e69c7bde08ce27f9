//! Behaviour of the primitives, one module per primitive.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

/// Fails to compile when the type implements the trait.
macro_rules! assert_lacks {
    ($type:ty: $($trait:path),+) => {$({
        trait Ambiguous<Marker> {
            fn check() {}
        }
        struct Implements;
        impl<T: ?Sized> Ambiguous<()> for T {}
        impl<T: ?Sized + $trait> Ambiguous<Implements> for T {}
        let check = <$type as Ambiguous<_>>::check;
        check();
    })+};
}

mod calendar;
mod clock;
mod id;
mod money;
mod monotonic;
mod quantity;
mod randomness;
mod rut;
mod santiago;
mod secret;
