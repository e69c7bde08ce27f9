//! What a connector is: manifest, recognition and decoding into a batch.
