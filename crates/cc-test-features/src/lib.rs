//! Contains no code: the manifest gives the tests of every package of this workspace the same features of the
//! same libraries.
