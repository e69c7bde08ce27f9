//! Statement files of Chilean banks as a connector.
