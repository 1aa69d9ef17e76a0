//! Diagnosis of the DNS records of a domain.

use serde::{Deserialize, Serialize};

use crate::domain_name::is_test_domain;

/// A domain to check and its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DnsCheck<'a> {
    /// The host name.
    pub hostname: &'a str,
    /// `true` for a registered domain without a subdomain (`example.com`), which cannot have a CNAME record.
    pub is_apex: bool,
    /// The addresses that it resolves to.
    pub a_records: &'a [String],
    /// The names that it is an alias of.
    pub cname_records: &'a [String],
    /// The addresses of the load balancer.
    pub expected_a: &'a [String],
    /// The name of the load balancer.
    pub expected_cname: &'a str,
}

/// Result of the diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DnsDiagnosis {
    /// In a word.
    pub summary: DnsSummary,
    /// Record by record.
    pub details: Vec<DnsDetail>,
}

/// The records of a domain in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DnsSummary {
    /// The platform sees to them.
    Managed,
    /// The records are correct.
    Valid,
    /// Some are missing.
    Incomplete,
    /// Some lead elsewhere.
    Invalid,
    /// There are none.
    NoConfig,
}

crate::declare::worded!(DnsSummary);

/// Finding about one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", content = "value", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DnsDetail {
    /// The A record is the load balancer's.
    ValidA(String),
    /// The A record points elsewhere: remove it.
    UnknownA(String),
    /// The A record is missing.
    MissingA(String),
    /// The CNAME record points elsewhere: remove it.
    UnknownCname(String),
    /// The CNAME record is missing.
    MissingCname(String),
    /// The CNAME record would be better than the A records.
    SuggestedCname(String),
}

/// Looks at the records of a domain.
#[must_use]
pub fn diagnose(check: DnsCheck<'_>) -> DnsDiagnosis {
    use DnsDetail::{MissingA, MissingCname, SuggestedCname, UnknownA, UnknownCname, ValidA};
    if is_test_domain(check.hostname) {
        return DnsDiagnosis { summary: DnsSummary::Managed, details: Vec::new() };
    }
    let expected_cname = || check.expected_cname.to_owned();
    let unknown_cname = check.cname_records.first().map(|cname| UnknownCname(cname.clone()));
    if !check.is_apex && check.a_records.is_empty() {
        let summary = if unknown_cname.is_some() { DnsSummary::Invalid } else { DnsSummary::NoConfig };
        let details = std::iter::once(MissingCname(expected_cname())).chain(unknown_cname).collect();
        return DnsDiagnosis { summary, details };
    }
    let found = check.a_records.iter().map(|address| {
        if check.expected_a.contains(address) { ValidA(address.clone()) } else { UnknownA(address.clone()) }
    });
    let missing = check.expected_a.iter().filter(|address| !check.a_records.contains(address));
    let mut details: Vec<DnsDetail> = found.chain(missing.cloned().map(MissingA)).collect();
    let some_unknown = details.iter().any(|detail| matches!(detail, UnknownA(_)));
    let some_missing = details.iter().any(|detail| matches!(detail, MissingA(_)));
    let summary = if details.iter().all(|detail| matches!(detail, MissingA(_))) {
        DnsSummary::NoConfig
    } else if some_unknown {
        DnsSummary::Invalid
    } else if some_missing {
        DnsSummary::Incomplete
    } else {
        DnsSummary::Valid
    };
    if !check.is_apex && (some_unknown || some_missing || unknown_cname.is_none()) {
        details.push(if some_unknown {
            MissingCname(expected_cname())
        } else {
            SuggestedCname(expected_cname())
        });
        details.extend(unknown_cname);
    }
    DnsDiagnosis { summary, details }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(is_apex: bool, a: &[&str], cname: &[&str]) -> String {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let diagnosis = diagnose(DnsCheck {
            hostname: "www.example.com",
            is_apex,
            a_records: &owned(a),
            cname_records: &owned(cname),
            expected_a: &owned(&["1", "2"]),
            expected_cname: "lb",
        });
        let name = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let mut told = name(serde_json::to_value(diagnosis.summary).unwrap());
        for detail in diagnosis.details {
            let json = serde_json::to_value(detail).unwrap();
            told += &format!(" {}({})", name(json["code"].clone()), name(json["value"].clone()));
        }
        told
    }

    #[test]
    fn a_test_domain_is_managed() {
        let check = DnsCheck {
            hostname: "a.cleverapps.io",
            is_apex: false,
            a_records: &[],
            cname_records: &[],
            expected_a: &[],
            expected_cname: "",
        };
        assert_eq!(diagnose(check), DnsDiagnosis { summary: DnsSummary::Managed, details: vec![] });
    }

    #[test]
    fn a_name_without_addresses_lacks_its_alias() {
        assert_eq!(told(false, &[], &[]), "no-config missing-cname(lb)");
        assert_eq!(told(false, &[], &["x", "y"]), "invalid missing-cname(lb) unknown-cname(x)");
        assert_eq!(told(true, &[], &[]), "no-config missing-a(1) missing-a(2)");
    }

    #[test]
    fn addresses_are_judged_one_by_one() {
        assert_eq!(told(true, &["1", "2"], &[]), "valid valid-a(1) valid-a(2)");
        assert_eq!(told(true, &["1"], &[]), "incomplete valid-a(1) missing-a(2)");
        assert_eq!(told(true, &["3"], &[]), "invalid unknown-a(3) missing-a(1) missing-a(2)");
    }

    #[test]
    fn below_the_apex_an_alias_is_better() {
        assert_eq!(told(false, &["1", "2"], &["lb"]), "valid valid-a(1) valid-a(2)");
        assert_eq!(told(false, &["1", "2"], &[]), "valid valid-a(1) valid-a(2) suggested-cname(lb)");
        assert_eq!(told(false, &["1"], &[]), "incomplete valid-a(1) missing-a(2) suggested-cname(lb)");
        assert_eq!(
            told(false, &["3", "1", "2"], &["x"]),
            "invalid unknown-a(3) valid-a(1) valid-a(2) missing-cname(lb) unknown-cname(x)"
        );
    }
}
