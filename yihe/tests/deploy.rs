//! Configurations that are shipped are usable as they are.

use std::path::Path;

use anyhow::{Result, anyhow};
use yihe::config::Flags;
use yihe::{Config, ServiceName};

fn load(file: &str, service: Vec<ServiceName>) -> Result<Config> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(file);
    let flags = Flags {
        service,
        ..Flags::default()
    };
    Config::load(Some(&file), &flags).map_err(|bad| {
        let lines: Vec<String> = bad.iter().map(ToString::to_string).collect();
        anyhow!("{}: {}", file.display(), lines.join("; "))
    })
}

#[test]
fn every_configuration_that_is_shipped_is_usable() -> Result<()> {
    load("systemd/yihe.toml", Vec::new())?;
    for service in ServiceName::ALL {
        let alone = load("compose/yihe.toml", vec![service])?;
        let listens = alone.services.get(&service).and_then(|place| place.listen);
        assert!(service == ServiceName::Gateway || listens.is_some(), "{service:?}");
    }
    Ok(())
}

#[test]
fn every_service_has_its_place_in_what_is_shipped() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
    let read = |file: &str| std::fs::read_to_string(folder.join(file));
    let (compose, secured, values, scraped) = (
        read("compose.yaml")?,
        read("compose.tls.yaml")?,
        read("helm/yihe/values.yaml")?,
        read("observability/prometheus.yml")?,
    );
    for service in ServiceName::ALL {
        let name = service.as_str();
        assert!(
            compose.contains(&format!("\"serve\", \"--service\", \"{name}\"]")),
            "compose.yaml: {name}"
        );
        assert!(
            secured.contains(&format!("\n  {name}:\n    <<: *secured")),
            "compose.tls.yaml: {name}"
        );
        let address = format!("YIHE_SERVICES__{}__ADDRESS: https://{name}:8081", name.to_uppercase());
        let is_called = service != ServiceName::Gateway;
        assert_eq!(secured.contains(&address), is_called, "compose.tls.yaml: {name}");
        assert!(values.contains(&format!("\n  {name}: {{")), "values.yaml: {name}");
        assert!(scraped.contains(name), "prometheus.yml: {name}");
    }
    Ok(())
}
