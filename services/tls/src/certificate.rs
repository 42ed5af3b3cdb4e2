//! What a caller's certificate says.

use concord_access::{PresentedCertificate, SubjectName};
use concord_kernel::Instant;
use rustls::pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::time::ASN1Time;

const MICROS: i64 = 1_000_000;

/// When a certificate ends.
pub(crate) fn ends_at(der: &CertificateDer<'_>) -> Option<Instant> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    instant(certificate.validity().not_after)
}

/// Reads the names and times of a certificate whose chain was verified. Names of kinds that name no client are passed over;
/// a certificate that cannot be read has none.
pub(crate) fn read(der: &CertificateDer<'_>) -> Option<PresentedCertificate> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let names = match certificate.subject_alternative_name() {
        Ok(Some(extension)) => extension.value.general_names.iter().filter_map(name).collect(),
        Ok(None) => Vec::new(),
        // Twice in one certificate: whoever issues that means nothing that we know.
        Err(_) => return None,
    };
    let validity = certificate.validity();
    Some(PresentedCertificate {
        names,
        begins_at: instant(validity.not_before)?,
        // The second that it names is the last one in which it holds.
        ends_at: instant(validity.not_after)?.plus(std::time::Duration::from_secs(1)),
    })
}

fn name(name: &GeneralName<'_>) -> Option<SubjectName> {
    let written = if let GeneralName::DNSName(host) = name {
        format!("dns:{host}")
    } else if let GeneralName::URI(uri) = name {
        format!("uri:{uri}")
    } else {
        return None;
    };
    written.parse().ok()
}

fn instant(time: ASN1Time) -> Option<Instant> {
    Instant::from_micros(time.timestamp().checked_mul(MICROS)?).ok()
}
