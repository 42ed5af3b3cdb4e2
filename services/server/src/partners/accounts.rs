//! The accounts of partners, in the words of nats-server.

use std::fmt::Write as _;

use concord_proto::partner::{CONSUMER, api, stream, subjects};

use super::listed::Listed;

/// How much of a partner's messages is kept at most.
const MOST_STORED: &str = "1GB";

/// What the service asks of JetStream about a partner's stream, and nothing else.
fn asked(stream: &str) -> [String; 6] {
    [
        format!("STREAM.CREATE.{stream}"),
        format!("STREAM.UPDATE.{stream}"),
        format!("STREAM.INFO.{stream}"),
        format!("STREAM.MSG.GET.{stream}"),
        format!("STREAM.MSG.DELETE.{stream}"),
        format!("CONSUMER.CREATE.{stream}.{CONSUMER}"),
    ]
}

/// Their accounts. Each has one user, who takes the messages of the one consumer of the one stream, acknowledges them, and does
/// nothing else; the service's `account` alone is let in from outside, to fill that stream.
pub(crate) fn accounts(account: &str, partners: &[Listed]) -> String {
    let mut text = String::new();
    for Listed { tenant, organisation, key } in partners {
        let own = stream(tenant.as_str(), organisation.as_str());
        let filled = subjects(tenant.as_str(), organisation.as_str());
        let _infallible = write!(
            text,
            r#"  # What {organisation} takes of {tenant}.
  {own} {{
    jetstream {{
      max_memory: 1MB
      max_file: {MOST_STORED}
      max_streams: 1
      max_consumers: 1
    }}
    users = [
      {{
        nkey: "{key}"
        permissions {{
          publish {{
            allow: [
              "$JS.API.CONSUMER.INFO.{own}.{CONSUMER}"
              "$JS.API.CONSUMER.MSG.NEXT.{own}.{CONSUMER}"
              "$JS.ACK.{own}.{CONSUMER}.>"
            ]
          }}
          subscribe {{ allow: [ "_INBOX.>" ] }}
        }}
      }}
    ]
    exports = [
      {{ service: "{filled}", accounts: [ {account} ] }}
"#
        );
        for asked in asked(&own) {
            let _infallible =
                writeln!(text, r#"      {{ service: "$JS.API.{asked}", accounts: [ {account} ] }}"#);
        }
        text.push_str("    ]\n  }\n");
    }
    text
}

/// What the service's account imports, as a list.
pub(crate) fn imports(partners: &[Listed]) -> String {
    let mut text = String::from("    imports = [\n");
    for Listed { tenant, organisation, key: _ } in partners {
        let (tenant, organisation) = (tenant.as_str(), organisation.as_str());
        let own = stream(tenant, organisation);
        let filled = subjects(tenant, organisation);
        let _infallible = writeln!(text, r#"      {{ service: {{ account: {own}, subject: "{filled}" }} }}"#);
        for asked in asked(&own) {
            let _infallible = writeln!(
                text,
                r#"      {{ service: {{ account: {own}, subject: "$JS.API.{asked}" }}, to: "{}.{asked}" }}"#,
                api(tenant, organisation)
            );
        }
    }
    text.push_str("    ]\n");
    text
}

#[cfg(test)]
mod tests {
    use super::super::listed;
    use super::*;

    const DEPLOYED: &str = include_str!("../../../../deploy/nats/accounts.conf");

    #[test]
    fn the_accounts_that_are_deployed_are_what_is_printed() {
        let key = DEPLOYED.lines().find_map(|line| line.strip_prefix("PARTNER_KEY: ")).unwrap();
        let example = listed::read(&format!("riverbend,example,{}", key.trim_matches('"'))).unwrap();
        let deployed = DEPLOYED.replace("$PARTNER_KEY", key);
        assert!(deployed.contains(&accounts("CONCORD", &example)), "{}", accounts("CONCORD", &example));
        assert!(deployed.contains(&imports(&example)), "{}", imports(&example));
    }

    #[test]
    fn an_account_names_no_subject_of_another_partner() {
        let keys = [nkeys::KeyPair::new_user(), nkeys::KeyPair::new_user()].map(|key| key.public_key());
        let list = format!("demo,river,{}\ndemo,river-side,{}", keys[0], keys[1]);
        let partners = listed::read(&list).unwrap();
        let (one, other) = (accounts("CONCORD", &partners[..1]), accounts("CONCORD", &partners[1..]));
        assert!(!one.contains("river-side") && !other.contains("_river."));
        assert!(!one.contains('*'), "everything is named as a whole");
    }
}
