//! Commands that restore a backup. Source: the official client.

use cc_api_addon_provider::types::AddonConnection;
use cc_runtime::AddonProviderId;

/// Command that restores a backup of an add-on of this provider, if the provider is known.
pub(super) fn template(provider: &AddonProviderId) -> Option<fn(&AddonConnection) -> String> {
    match provider.as_str() {
        "postgresql-addon" => Some(postgresql),
        "mysql-addon" => Some(mysql),
        "mongodb-addon" => Some(mongodb),
        _ => None,
    }
}

fn postgresql(to: &AddonConnection) -> String {
    let (host, port, user, database) = (word(&to.host), to.port, word(&to.user), word(&to.database));
    format!(
        "pg_restore -h {host} -p {port} -U {user} -d {database} --no-owner --no-privileges --no-comments \
         --format=c YOUR_BACKUP_FILE"
    )
}

fn mysql(to: &AddonConnection) -> String {
    let (host, port, user, database) = (word(&to.host), to.port, word(&to.user), word(&to.database));
    format!("mysql -h {host} -P {port} -u {user} -p {database} < YOUR_BACKUP_FILE")
}

fn mongodb(to: &AddonConnection) -> String {
    let (host, port, user) = (word(&to.host), to.port, word(&to.user));
    let (names, database) = (quoted(&format!("{}.*", to.database)), quoted(&to.database));
    format!(
        "mongorestore --host={host} --port={port} --username={user} --nsFrom={names} --nsTo={names} \
         --authenticationDatabase={database} --archive={{YOUR_BACKUP_FILE}} --gzip"
    )
}

/// A value as a shell takes it for one word.
fn word(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/@%+=,".contains(c);
    if !value.is_empty() && value.chars().all(plain) { value.to_owned() } else { single(value) }
}

/// A value between double quotes, unless a shell would see more in it than text.
fn quoted(value: &str) -> String {
    if value.contains(['"', '\\', '$', '`', '!']) { single(value) } else { format!("\"{value}\"") }
}

fn single(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(database: &str) -> AddonConnection {
        let json = serde_json::json!({
            "id": "postgresql_1", "host": "db.example.org", "port": 5432, "user": "ada", "password": "s3cret",
            "database": database
        });
        serde_json::from_value(json).unwrap()
    }

    fn restore(provider: &str, database: &str) -> String {
        template(&provider.into()).unwrap()(&connection(database))
    }

    #[test]
    fn each_known_database_has_its_own_command() {
        let told =
            ["postgresql-addon", "mysql-addon", "mongodb-addon"].map(|provider| restore(provider, "engine"));
        assert_eq!(
            told,
            [
                "pg_restore -h db.example.org -p 5432 -U ada -d engine --no-owner --no-privileges --no-comments \
                 --format=c YOUR_BACKUP_FILE",
                "mysql -h db.example.org -P 5432 -u ada -p engine < YOUR_BACKUP_FILE",
                "mongorestore --host=db.example.org --port=5432 --username=ada --nsFrom=\"engine.*\" \
                 --nsTo=\"engine.*\" --authenticationDatabase=\"engine\" --archive={YOUR_BACKUP_FILE} --gzip",
            ]
        );
        assert!(template(&"redis-addon".into()).is_none());
    }

    #[test]
    fn a_value_that_a_shell_would_read_is_quoted() {
        assert!(restore("postgresql-addon", "a; rm -rf ~").contains(" -d 'a; rm -rf ~' "));
        assert!(restore("mysql-addon", "it's").contains(r" 'it'\''s' <"));
        assert!(restore("mongodb-addon", "$(id)").contains("--authenticationDatabase='$(id)'"));
    }
}
