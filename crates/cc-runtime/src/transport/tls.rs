//! TLS of the clients that transports make: one set of trusted certificates per process, read when the first handshake
//! needs it.
//!
//! Each client has a configuration of its own, which costs microseconds: two transports share no session of TLS. The
//! certificates of the system cost milliseconds and some 190 opened files, so they are read once.

/// Versions of HTTP that the handshake offers, the preferred one first.
#[cfg(any(feature = "__rustls", feature = "native-tls"))]
const PROTOCOLS: &[&str] = if cfg!(feature = "http2") { &["h2", "http/1.1"] } else { &["http/1.1"] };

/// Configures the TLS of this process.
#[cfg(feature = "native-tls")]
pub(crate) fn equip(builder: reqwest::ClientBuilder) -> crate::error::Result<reqwest::ClientBuilder> {
    use std::sync::OnceLock;

    static SHARED: OnceLock<native_tls::TlsConnector> = OnceLock::new();
    let connector = match SHARED.get() {
        Some(shared) => shared.clone(),
        None => {
            let made = native_tls::TlsConnector::builder().request_alpns(PROTOCOLS).build();
            let made =
                made.map_err(|cause| unusable("could not set up the TLS library of the system", cause))?;
            SHARED.get_or_init(|| made).clone()
        }
    };
    Ok(builder.tls_backend_preconfigured(connector))
}

/// Configures the TLS of this process.
#[cfg(all(feature = "__rustls", not(feature = "native-tls")))]
pub(crate) fn equip(builder: reqwest::ClientBuilder) -> crate::error::Result<reqwest::ClientBuilder> {
    Ok(builder.tls_backend_preconfigured(rustls::config()?))
}

/// Leaves a builder as it is: there is TLS if another crate of the program switched it on.
#[cfg(not(any(feature = "__rustls", feature = "native-tls")))]
pub(crate) fn equip(builder: reqwest::ClientBuilder) -> crate::error::Result<reqwest::ClientBuilder> {
    Ok(builder)
}

/// Installs a cryptography provider for the builder of a program if reqwest has none: it would panic
/// otherwise.
pub(crate) fn provide() {
    #[cfg(all(feature = "rustls-ring", not(feature = "rustls")))]
    if tls::crypto::CryptoProvider::get_default().is_none() {
        // Somebody else was faster: one is as good as the other.
        let _ = tls::crypto::ring::default_provider().install_default();
    }
}

#[cfg(any(feature = "__rustls", feature = "native-tls"))]
fn unusable(message: &str, cause: impl Into<crate::error::BoxError>) -> crate::error::Error {
    crate::error::Error::new(crate::error::ErrorKind::Unexpected)
        .with_message(message)
        .with_source(cause)
        .not_sent()
}

#[cfg(all(feature = "__rustls", not(feature = "native-tls")))]
mod rustls {
    use std::sync::{Arc, OnceLock};

    use tls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use tls::crypto::CryptoProvider;
    use tls::pki_types::{CertificateDer, ServerName, UnixTime};
    use tls::{ClientConfig, DigitallySignedStruct, Error as TlsError, SignatureScheme};

    use super::unusable;
    use crate::error::Result;

    /// A configuration whose certificates are not read yet.
    pub(super) fn config() -> Result<ClientConfig> {
        let provider = provider()?;
        let verifier = Arc::new(Lazily { provider: provider.clone() });
        let versions = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|cause| unusable("the provider of cryptography supports no version of TLS", cause))?;
        let mut config =
            versions.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
        config.alpn_protocols = super::PROTOCOLS.iter().map(|name| name.as_bytes().to_vec()).collect();
        Ok(config)
    }

    /// The provider that the program installed, else the one of the features.
    fn provider() -> Result<Arc<CryptoProvider>> {
        if let Some(installed) = CryptoProvider::get_default() {
            return Ok(installed.clone());
        }
        #[cfg(feature = "rustls")]
        return Ok(Arc::new(tls::crypto::aws_lc_rs::default_provider()));
        #[cfg(all(feature = "rustls-ring", not(feature = "rustls")))]
        return Ok(Arc::new(tls::crypto::ring::default_provider()));
        #[cfg(not(any(feature = "rustls", feature = "rustls-ring")))]
        Err(unusable(
            "no provider of cryptography for TLS: install one with `rustls::crypto::CryptoProvider::install_default`, or \
             switch on the feature `rustls` or `rustls-ring` of cc-runtime",
            "no default provider is installed in this process",
        ))
    }

    /// The trusted certificates of this process.
    fn roots(provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
        static ROOTS: OnceLock<Arc<dyn ServerCertVerifier>> = OnceLock::new();
        if let Some(roots) = ROOTS.get() {
            return Ok(roots.clone());
        }
        // A failure is not kept: the certificates may be there the next time.
        let read = read(provider.clone())?;
        Ok(ROOTS.get_or_init(|| read).clone())
    }

    #[cfg(not(feature = "webpki-roots"))]
    fn read(provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
        Ok(Arc::new(rustls_platform_verifier::Verifier::new(provider)?))
    }

    #[cfg(feature = "webpki-roots")]
    fn read(provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
        let roots = tls::RootCertStore { roots: webpki_root_certificates::TLS_SERVER_ROOTS.to_vec() };
        let verifier =
            tls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        Ok(verifier.map_err(|cause| TlsError::General(cause.to_string()))?)
    }

    /// Verifies with the trusted certificates of this process, and reads them when the first server is verified.
    #[derive(Debug)]
    struct Lazily {
        provider: Arc<CryptoProvider>,
    }

    impl ServerCertVerifier for Lazily {
        fn verify_server_cert(
            &self,
            end_entity: &CertificateDer<'_>,
            intermediates: &[CertificateDer<'_>],
            server_name: &ServerName<'_>,
            ocsp_response: &[u8],
            now: UnixTime,
        ) -> Result<ServerCertVerified, TlsError> {
            let roots = roots(&self.provider)?;
            roots.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        }

        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, TlsError> {
            roots(&self.provider)?.verify_tls12_signature(message, certificate, signature)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, TlsError> {
            roots(&self.provider)?.verify_tls13_signature(message, certificate, signature)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            // Of the provider, as every verifier that `read` makes says: no certificate needs to be read for it.
            self.provider.signature_verification_algorithms.supported_schemes()
        }
    }

    #[cfg(all(test, any(feature = "rustls", feature = "rustls-ring")))]
    mod tests {
        use super::*;

        #[test]
        fn the_handshake_offers_http_2_only_with_its_feature_and_always_http_1() {
            let offered = config().unwrap().alpn_protocols;
            let expected: &[&[u8]] =
                if cfg!(feature = "http2") { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };
            assert_eq!(offered, expected);
        }

        #[test]
        fn the_trusted_certificates_are_read_once_for_all_clients() {
            let provider = provider().unwrap();
            let one = roots(&provider).unwrap();
            assert!(Arc::ptr_eq(&one, &roots(&provider).unwrap()));
            let lazily = Lazily { provider };
            assert_eq!(lazily.supported_verify_schemes(), one.supported_verify_schemes());
        }

        #[test]
        fn a_certificate_that_nobody_trusts_is_refused() {
            let lazily = Lazily { provider: provider().unwrap() };
            let name = ServerName::try_from("api.clever-cloud.com").unwrap();
            let refused = lazily.verify_server_cert(
                &CertificateDer::from(vec![0x30, 0]),
                &[],
                &name,
                &[],
                UnixTime::now(),
            );
            assert!(matches!(refused, Err(TlsError::InvalidCertificate(_))), "{refused:?}");
        }
    }
}
