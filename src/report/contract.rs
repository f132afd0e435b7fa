//! The JSON contract as a JSON Schema, generated from the types and checked in.

use super::json::Document;

/// Where the schema is checked in.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/ecsplain-1.schema.json");

#[test]
fn the_checked_in_schema_is_that_of_the_types() {
    let generator = schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator();
    let schema = serde_json::to_string_pretty(&generator.into_root_schema_for::<Document<'_>>()).unwrap() + "\n";
    if std::env::var_os("ECSPLAIN_UPDATE").is_some() {
        std::fs::write(FILE, &schema).unwrap();
    }
    let known = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        known == schema,
        "schema/ecsplain-1.schema.json is out of date: run the tests with ECSPLAIN_UPDATE=1, and mind that fields are only ever added"
    );
}
